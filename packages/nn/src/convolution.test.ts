import { key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { mul, slice, sum, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type ConvolutionOptions, conv2d, conv2dTranspose, depthwiseConv2d } from './index.js';

describe.each<[ConvolutionOptions, [number, number], [number, number]]>([
  [{}, [5, 4], [5, 4]],
  [{ kernel: 4, strides: 2 }, [6, 8], [3, 4]],
  [{ kernel: [3, 5], strides: 2 }, [6, 4], [3, 2]],
  [{ kernel: 3, strides: 2, padding: 'valid' }, [7, 5], [3, 2]],
  [{ kernel: [2, 3], padding: 1 }, [4, 5], [5, 5]],
  [{ kernel: 5, padding: 2 }, [4, 4], [4, 4]],
])('with %j', (given, large, small) => {
  const options = { ...given, bias: false };

  test('known answers: conv2dTranspose is the transpose of conv2d: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩', () => {
    const forward = conv2d(2, 3, options);
    using params = owned(forward.init(key(0)));
    using x = owned(normalNoise(key(1), [2, ...large, 2]));
    using y = owned(normalNoise(key(2), [2, ...small, 3]));
    const [left, right] = scope(() => [
      sum(mul(forward.apply(params, x), y)).dataSync()[0]!,
      sum(mul(x, conv2dTranspose(3, 2, options).apply(params, y))).dataSync()[0]!,
    ]) as [number, number];
    expect(Math.abs(left)).toBeGreaterThan(0.1);
    expect(Math.abs(left - right)).toBeLessThan(1e-4);
  });

  test('known answers: depthwiseConv2d is conv2d for one channel', () => {
    const one = conv2d(1, 1, options);
    using params = owned(one.init(key(0)));
    using x = owned(normalNoise(key(1), [2, ...large, 1]));
    using y = owned(one.apply(params, x));
    using z = owned(depthwiseConv2d(1, options).apply(params, x));
    expect(z.shape).toEqual([2, ...small, 1]);
    const wanted = y.dataSync();
    for (const [i, value] of z.dataSync().entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
  });
});

test('statistics: fresh filters give twice the variance of the input, strided, transposed or neither', () => {
  using x = owned(normalNoise(key(1), [4, 16, 16, 16]));
  for (const layer of [
    conv2d(16, 16),
    conv2d(16, 32, { kernel: 4, strides: 2 }),
    conv2dTranspose(16, 8, { kernel: 4, strides: 2 }),
    conv2dTranspose(16, 8, { kernel: 3, strides: 1 }),
  ]) {
    using params = owned(layer.init(key(0)));
    const variance = scope(() => {
      const y = layer.apply(params, x);
      const [batch, height, width, channels] = y.shape as [number, number, number, number];
      const inside = slice(y, [0, 2, 2, 0], [batch, height - 4, width - 4, channels]); // away from the padding
      return sum(mul(inside, inside)).dataSync()[0]! / inside.size;
    });
    // Outputs near each other depend on each other, so this is no standard error but a loose bound on it.
    expect(Math.abs(variance - 2)).toBeLessThan(0.4);
  }
});

test('errors: options out of range, and images too small', () => {
  expect(() => conv2d(0, 3)).toThrow('conv2d(0, 3): inputs must be an integer of at least 1, got 0.');
  expect(() => conv2d(1, 3, { kernel: 0 })).toThrow('the kernel height must be an integer of at least 1, got 0.');
  expect(() => conv2d(1, 3, { strides: 1.5 })).toThrow('strides must be an integer of at least 1');
  expect(() => conv2d(1, 3, { padding: -1 })).toThrow(
    "conv2d(1, 3): padding must be 'same', 'valid' or an integer of at least 0, got -1.",
  );
  const layer = conv2d(1, 3, { kernel: 5, padding: 'valid' });
  using params = owned(layer.init(key(0)));
  using x = owned(zeros([2, 4, 8, 1]));
  expect(() => layer.apply(params, x)).toThrow('conv2d: a filter over 5 × 5 pixels does not fit into 4 × 8');
});
