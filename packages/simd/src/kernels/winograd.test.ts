import {
  type Conv2DBackpropFilterAttrs,
  engine,
  fused,
  type Tensor,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

afterEach(stopSimd);

type Case = { readonly x: readonly [number, number, number, number]; readonly outputs: number; readonly pad: Pad };
type Pad = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];

/** Odd sizes, channels that fill no vector, paddings of their own, many parts, a depth of more than one pass. */
const CASES: readonly Case[] = [
  { x: [3, 9, 13, 19], outputs: 37, pad: 'same' },
  { x: [2, 17, 18, 12], outputs: 16, pad: 'valid' },
  {
    x: [2, 16, 15, 33],
    outputs: 12,
    pad: [
      [0, 0],
      [2, 0],
      [1, 2],
      [0, 0],
    ],
  },
  { x: [1, 16, 16, 270], outputs: 12, pad: 'same' },
  { x: [2, 14, 14, 40], outputs: 32, pad: 'same' },
  { x: [4, 8, 8, 6], outputs: 20, pad: 'same' },
];

test.for([{}, { variant: 'simd' }] as const)(
  'laws: convolutions by tiles and their gradients are those of the cpu engine: %o',
  async (options) => {
    const backend = await startSimd(options);
    const ops = new Set<string>();
    backend.machine.listener = ({ op }) => void ops.add(op);
    for (const { x, outputs, pad } of CASES) {
      const [filterShape, attrs] = [[3, 3, x[3], outputs], { strides: 1, pad, dilations: 1, dataFormat: 'NHWC' }];
      await expectAsOnCpu(
        () => {
          const y = kernel('Conv2D', { x: numbers(x), filter: numbers(filterShape, 2) }, attrs);
          const dy = numbers(y.shape, 3);
          const dx = kernel(
            'Conv2DBackpropInput',
            { dy, filter: numbers(filterShape, 2) },
            { ...attrs, inputShape: x },
          );
          const dFilter = kernel('Conv2DBackpropFilter', { x: numbers(x), dy }, { ...attrs, filterShape });
          return [y, dx, dFilter];
        },
        { tolerance: 1e-4, floor: 1 },
      );
    }
    // Six channels are too few for the filter's gradient.
    const tiled = ['winograd', 'winograd_filter_gradient', 'winograd_input_gradient'];
    expect([...ops].sort()).toEqual(['conv2d_filter_gradient', ...tiled]);
  },
);

test('laws: with bias and activation', async () => {
  await startSimd();
  for (const activation of ['linear', 'relu', 'sigmoid'] as const) {
    await expectAsOnCpu(
      () => {
        const [x, filter] = [numbers([5, 9, 9, 24]) as Tensor4D, numbers([3, 3, 24, 18], 2) as Tensor4D];
        return fused.conv2d({ x, filter, strides: 1, pad: 'same', bias: numbers([18], 3) as never, activation });
      },
      { tolerance: 1e-4, floor: 1 },
    );
  }
});

test('laws: any number of threads gives the same bits', async () => {
  const results: number[][] = [];
  for (const threads of [1, 2, 4]) {
    await startSimd({ threads });
    engine().startScope();
    const [x, filter, dy] = [numbers([9, 15, 15, 40]), numbers([3, 3, 40, 48], 2), numbers([9, 15, 15, 48], 3)];
    const attrs = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NHWC' };
    const made = [
      kernel('Conv2D', { x, filter }, attrs),
      kernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
      kernel('Conv2DBackpropFilter', { x, dy }, {
        ...attrs,
        filterShape: filter.shape,
      } as Partial<Conv2DBackpropFilterAttrs>),
    ];
    results.push(made.flatMap((t) => [...t.dataSync()]));
    engine().endScope();
    await stopSimd();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

function kernel(name: string, inputs: Record<string, Tensor>, attrs: object): Tensor {
  return engine().runKernel(name, inputs, attrs as never) as Tensor;
}

/** Of both signs and without order, so that sums do not cancel. */
function numbers(shape: readonly number[], seed = 1): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => ((Math.sin(seed + i) * 43758.5453) % 1) / 2);
  return tensor(values, [...shape]);
}
