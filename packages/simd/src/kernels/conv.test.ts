import {
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  engine,
  fused,
  type Tensor,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

afterEach(stopSimd);

const CLOSE = { tolerance: 1e-4, floor: 0.1 };
type Pad = number | 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];
type Case = {
  readonly x: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number];
  readonly strides?: number | [number, number];
  readonly pad?: Pad;
  readonly dilations?: number | [number, number];
};

const CASES: readonly Case[] = [
  { x: [2, 7, 9, 3], filter: [3, 3, 5], pad: 'same' },
  { x: [2, 8, 8, 4], filter: [4, 4, 8], strides: 2, pad: 'same' },
  { x: [1, 11, 5, 17], filter: [3, 2, 33], strides: [2, 1], pad: 'valid' },
  { x: [3, 6, 6, 20], filter: [1, 1, 7], pad: 0 },
  { x: [3, 6, 6, 20], filter: [1, 1, 7], strides: 2, pad: 0 },
  { x: [5, 4, 4, 16], filter: [4, 4, 1], pad: 'valid' },
  { x: [2, 9, 9, 1], filter: [4, 4, 64], strides: 2, pad: 1 },
  { x: [2, 9, 9, 64], filter: [4, 4, 1], strides: 2, pad: 1 },
  { x: [2, 10, 10, 6], filter: [3, 3, 4], pad: 'same', dilations: 2 },
  { x: [1, 10, 12, 3], filter: [2, 3, 4], pad: 'valid', dilations: [3, 2] },
  { x: [1, 5, 5, 2], filter: [5, 2, 3], strides: 3, pad: 2 },
  { x: [1, 5, 6, 2], filter: [2, 2, 3], strides: 3, pad: 'valid' },
  {
    x: [2, 6, 7, 3],
    filter: [2, 3, 4],
    pad: [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  },
  { x: [1, 20, 20, 32], filter: [3, 3, 48], pad: 'same' },
  { x: [8, 16, 16, 3], filter: [3, 3, 10], pad: 'same' },
  { x: [0, 4, 4, 3], filter: [3, 3, 2], pad: 'same' },
  { x: [1, 1, 1, 1], filter: [1, 1, 1], pad: 'same' },
];

test.for([{}, { threads: 1 }, { variant: 'scalar' }] as const)(
  'laws: convolutions and their gradients are those of the cpu engine: %o',
  async (options) => {
    await startSimd(options);
    for (const { x, filter, strides = 1, pad = 'valid', dilations = 1 } of CASES) {
      const filterShape = [filter[0], filter[1], x[3], filter[2]];
      const attrs = { strides, pad, dilations, dataFormat: 'NHWC' };
      const y = (): Tensor => conv2d(numbers(x), numbers(filterShape, 2), strides, pad as 'same', 'NHWC', dilations);
      await expectAsOnCpu(y, CLOSE);
      if (dilations !== 1) continue; // the cpu engine has no gradient there
      await expectAsOnCpu(() => {
        const dy = numbers(y().shape, 3);
        return [
          kernel('Conv2DBackpropInput', { dy, filter: numbers(filterShape, 2) }, { ...attrs, inputShape: x }),
          kernel('Conv2DBackpropFilter', { x: numbers(x), dy }, { ...attrs, filterShape }),
        ];
      }, CLOSE);
    }
  },
);

test('laws: a transposed convolution, the same in its parts’ order', async () => {
  await startSimd();
  await expectAsOnCpu(
    () => conv2dTranspose(numbers([3, 7, 7, 24]), numbers([4, 4, 12, 24], 2), [3, 14, 14, 12], 2, 'same'),
    CLOSE,
  );
  await expectAsOnCpu(
    () => conv2dTranspose(numbers([3, 1, 1, 10]), numbers([4, 4, 12, 10], 2), [3, 4, 4, 12], 1, 'valid'),
    CLOSE,
  );
});

test('laws: gradients of dilated convolutions are the sums of their definition', async () => {
  await startSimd();
  const [xShape, filterShape, attrs] = [
    [1, 7, 8, 2],
    [2, 3, 2, 3],
    { strides: 1, pad: 'valid', dilations: [2, 3] },
  ] as const;
  engine().startScope();
  const x = numbers(xShape);
  const filter = numbers(filterShape, 2);
  const dy = numbers([1, 5, 2, 3], 3);
  const all = { ...attrs, dataFormat: 'NHWC' };
  const dx = kernel('Conv2DBackpropInput', { dy, filter }, { ...all, inputShape: xShape });
  const dFilter = kernel('Conv2DBackpropFilter', { x, dy }, { ...all, filterShape });
  // ⟨conv(x, f), dy⟩ is linear in x and in f: it is ⟨x, dx⟩ and ⟨f, df⟩.
  const y = conv2d(x, filter, 1, 'valid', 'NHWC', [2, 3]);
  expect(inner(x, dx)).toBeCloseTo(inner(y, dy), 4);
  expect(inner(filter, dFilter)).toBeCloseTo(inner(y, dy), 4);
  engine().endScope();
});

test('laws: depthwise convolutions and their gradients', async () => {
  await startSimd();
  const cases = [
    { x: [2, 7, 9, 35], filter: [3, 3], strides: 1, pad: 'same', many: 1 },
    { x: [2, 7, 9, 5], filter: [3, 2], strides: [2, 1], pad: 'valid', many: 1 },
    { x: [2, 7, 9, 4], filter: [3, 3], strides: 1, pad: 'same', many: 2 }, // borrowed
    { x: [1, 3, 3, 1], filter: [2, 2], strides: 1, pad: 'valid', many: 1 },
    { x: [0, 3, 3, 2], filter: [2, 2], strides: 1, pad: 'valid', many: 1 },
  ] as const;
  for (const { x, filter, strides, pad, many } of cases) {
    const filterShape = [...filter, x[3], many];
    const attrs = { strides, pad, dilations: [1, 1] };
    await expectAsOnCpu(() => {
      const y = depthwiseConv2d(numbers(x), numbers(filterShape, 2), strides as number, pad);
      const dy = numbers(y.shape, 3);
      return [
        y,
        kernel(
          'DepthwiseConv2dNativeBackpropInput',
          { dy, filter: numbers(filterShape, 2) },
          { ...attrs, inputShape: x },
        ),
        kernel('DepthwiseConv2dNativeBackpropFilter', { x: numbers(x), dy }, { ...attrs, filterShape }),
      ];
    }, CLOSE);
  }
  await expectAsOnCpu(
    () => depthwiseConv2d(numbers([1, 8, 8, 6]), numbers([3, 3, 6, 1], 2), 1, 'same', 'NHWC', [2, 3]),
    CLOSE,
  );
});

test.for(['linear', 'relu', 'relu6', 'elu', 'leakyrelu', 'sigmoid', 'prelu'] as const)(
  'laws: a bias and %s at the end',
  async (activation) => {
    await startSimd();
    for (const filterShape of [
      [3, 3, 5, 9],
      [1, 1, 5, 32],
    ] as const) {
      await expectAsOnCpu(
        () =>
          fused.conv2d({
            x: numbers([2, 6, 6, 5]),
            filter: numbers(filterShape, 2),
            strides: 1,
            pad: 'same',
            bias: numbers([filterShape[3]], 3),
            activation,
            leakyreluAlpha: 0.3,
            ...(activation === 'prelu' ? { preluActivationWeights: numbers([filterShape[3]], 4) } : {}),
          }),
        CLOSE,
      );
    }
  },
);

function kernel(name: string, inputs: Record<string, Tensor>, attrs: Record<string, unknown>): Tensor {
  return engine().runKernel(name, inputs, attrs as never);
}

function inner(a: Tensor, b: Tensor): number {
  const values = b.dataSync();
  let sum = 0;
  for (const [i, x] of a.dataSync().entries()) sum += x * values[i]!;
  return sum;
}

/** Numbers between −1 and 1 without a pattern, the same on every engine. */
function numbers(shape: readonly number[], seed = 1): Tensor4D {
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 12.9898 * seed + seed) * 0.99);
  return tensor(values, shape as [number, number, number, number]);
}
