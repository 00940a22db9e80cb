import { key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { add, concat, mean, mul, ones, slice, square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Conv3dOptions, conv3d } from './conv3d.js';

layerLaws('conv3d(2, 3)', () => ({
  layer: conv3d(2, 3),
  input: () => normalNoise(key(1), [2, 3, 4, 3, 2]),
  output: [2, 3, 4, 3, 3],
  wrong: () => zeros([2, 3, 4, 3, 1]),
  valueAndGrad,
}));
layerLaws('conv3d(1, 2)', () => ({
  layer: conv3d(1, 2, { kernel: [3, 4, 4], strides: [2, 2], causal: true, bias: false }),
  input: () => normalNoise(key(1), [1, 5, 6, 4, 1]),
  output: [1, 3, 3, 2, 2],
  wrong: () => zeros([5, 6, 4, 1]),
  valueAndGrad,
}));

/**
 * PyTorch 1.13 in float64: y = F.conv3d(F.pad(x, pad), w, b, stride) of x (2, time, 5, 4, 2) = sin(0.7 i + 0.1) and w (…kernel, 2, 3)
 * = sin(1.3 i + 0.5), moved to its own layout, b = (0.1, −0.2, 0.3); L = Σ c y + 0.1 y², c = sin(0.9 i + 0.2), and R = Σ (∂L/∂x)².
 * The numbers: y, ∂L/∂x and ∂L/∂w, each against sin(1.1 i + 0.3); R; then ∂R/∂x and ∂R/∂w in the same way.
 */
const goldens: readonly {
  readonly options: Conv3dOptions;
  readonly time: number;
  /** Width before and after, height, time, as F.pad has it. */
  readonly pad: string;
  readonly shape: readonly number[];
  readonly sums: readonly number[];
}[] = [
  {
    options: {},
    time: 3,
    pad: '1, 1, 1, 1, 1, 1',
    shape: [2, 3, 5, 4, 3],
    sums: [-0.2021968, -0.3678555, -11.54385, 177.4468, -28.25632, -3.626982],
  },
  {
    options: { kernel: [4, 4, 3], strides: 2 },
    time: 5,
    pad: '0, 1, 1, 2, 1, 2',
    shape: [2, 3, 3, 2, 3],
    sums: [-2.879795, -11.29438, -7.371316, 593.573, -31.96465, -174.9922],
  },
  {
    options: { kernel: 2, padding: 'valid' },
    time: 4,
    pad: '0, 0, 0, 0, 0, 0',
    shape: [2, 3, 4, 3, 3],
    sums: [0.005357238, 1.321098, 0.2356989, 1308.004, 14.99689, 22.02165],
  },
  {
    options: { strides: [2, 1], causal: true },
    time: 5,
    pad: '1, 1, 1, 1, 2, 0',
    shape: [2, 3, 5, 4, 3],
    sums: [1.397118, -0.06157493, 3.655636, 290.1078, 14.0939, 42.05397],
  },
  {
    options: { kernel: [1, 3, 3], strides: [3, 2], padding: 1 },
    time: 4,
    pad: '1, 1, 1, 1, 1, 1',
    shape: [2, 2, 3, 2, 3],
    sums: [0.3604095, 9.461197, 4.557133, 156.5434, 40.50631, 20.28688],
  },
];

test.each(goldens)(
  'parity: values, gradients and those of a penalty on gradients as PyTorch has them, padded by $pad',
  ({ options, time, shape, sums }) => {
    scope(() => {
      const layer = conv3d(2, 3, options);
      const x = wave([2, time, 5, 4, 2], 0.7, 0.1);
      const { kernel = 3 } = options;
      const weight = wave([...(typeof kernel === 'number' ? [kernel, kernel, kernel] : kernel), 2, 3], 1.3, 0.5);
      const bias = tensor([0.1, -0.2, 0.3]);
      type Inputs = { readonly x: Tensor; readonly weight: Tensor };
      const apply = ({ x, weight }: Inputs): Tensor => layer.apply({ weight, bias }, x);
      const loss = (inputs: Inputs): Tensor => {
        const y = apply(inputs);
        return add(sum(mul(wave(y.shape, 0.9, 0.2), y)), mul(sum(square(y)), 0.1));
      };
      const y = apply({ x, weight });
      expect(y.shape).toEqual(shape);
      const first = valueAndGrad((inputs: Inputs) => ({ loss: loss(inputs) }), { x, weight }).grad;
      const penalty = (inputs: Inputs): Tensor =>
        sum(
          square(valueAndGrad((at: { x: Tensor }) => ({ loss: loss({ ...inputs, ...at }) }), { x: inputs.x }).grad.x),
        );
      const second = valueAndGrad((inputs: Inputs) => ({ loss: penalty(inputs) }), { x, weight });
      const against = (t: Tensor): Tensor => sum(mul(t, wave(t.shape, 1.1, 0.3)));
      const got = [y, first.x, first.weight].map(against);
      const later = [second.grad.x, second.grad.weight].map(against);
      for (const [i, value] of [...got, second.values.loss, ...later].entries()) {
        // Sums of hundreds of terms of about 1 in float32.
        expectClose(value, sums[i]!, { absolute: 1e-4, relative: 1e-5 });
      }
    });
  },
);

describe('known answers', () => {
  test('a filter of ones counts what it sees', () => {
    scope(() => {
      const counts = conv3d(1, 1, { kernel: 3, bias: false }).apply(
        { weight: ones([3, 3, 3, 1, 1]) },
        ones([1, 3, 3, 3, 1]),
      );
      const line = [2, 3, 2]; // places of three that lie inside
      expectClose(
        counts,
        line.flatMap((a) => line.flatMap((b) => line.map((c) => a * b * c))),
      );
    });
  });

  test('causal: a later frame changes no earlier one, and otherwise it does', () => {
    scope(() => {
      for (const causal of [true, false]) {
        const layer = conv3d(1, 2, { causal });
        const params = layer.init(key(0));
        const x = normalNoise(key(1), [1, 4, 3, 3, 1]);
        const other = concat([slice(x, [0, 0, 0, 0, 0], [1, 3, 3, 3, 1]), zeros([1, 1, 3, 3, 1])], 1);
        const early = (clip: Tensor): Tensor => slice(layer.apply(params, clip), [0, 0, 0, 0, 0], [1, 3, 3, 3, 2]);
        const change = Math.max(...sub(early(x), early(other)));
        if (causal) expect(change).toBe(0);
        else expect(change).toBeGreaterThan(0.01);
      }
    });
  });
});

test('statistics: fresh filters give twice the variance of the input, strided or not', () => {
  using x = owned(normalNoise(key(1), [2, 8, 10, 10, 8]));
  for (const layer of [conv3d(8, 16), conv3d(8, 16, { kernel: 4, strides: 2 })]) {
    using params = owned(layer.init(key(0)));
    const variance = scope(() => {
      const y = layer.apply(params, x);
      const inside = slice(y, [0, 1, 1, 1, 0], [2, y.shape[1]! - 2, y.shape[2]! - 2, y.shape[3]! - 2, 16]); // away from the padding
      return mean(square(inside)).dataSync()[0]!;
    });
    // Outputs near each other depend on each other, so this is no standard error but a loose bound on it.
    expect(Math.abs(variance - 2)).toBeLessThan(0.4);
  }
});

test('errors: options out of range, and clips too short', () => {
  expect(() => conv3d(0, 3)).toThrow('conv3d(0, 3): inputs must be an integer of at least 1, got 0.');
  expect(() => conv3d(1, 3, { kernel: [0, 3, 3] })).toThrow('the kernel time must be an integer of at least 1, got 0.');
  expect(() => conv3d(1, 3, { strides: [1, 0.5] })).toThrow('the stride in space must be an integer of at least 1');
  expect(() => conv3d(1, 3, { padding: -1 })).toThrow(
    "conv3d(1, 3): padding must be 'same', 'valid' or an integer of at least 0, got -1.",
  );
  const layer = conv3d(1, 3, { padding: 'valid' });
  using params = owned(layer.init(key(0)));
  using x = owned(zeros([1, 2, 5, 5, 1]));
  expect(() => layer.apply(params, x)).toThrow('conv3d(1, 3): a filter over 3 frames does not fit into 2');
});

/** sin(rate · i + start). */
function wave(shape: readonly number[], rate: number, start: number): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(rate * i + start)),
    [...shape],
    'float32',
  );
}

/** How far two tensors lie apart, entry by entry. */
function sub(a: Tensor, b: Tensor): number[] {
  const other = b.dataSync();
  return Array.from(a.dataSync(), (value, i) => Math.abs(value - other[i]!));
}
