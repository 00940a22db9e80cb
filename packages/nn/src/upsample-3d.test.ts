import { key } from '@genai/core';
import { normalNoise, owned, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { upsample3d } from './upsample-3d.js';

layerLaws('upsample3d', () => ({
  layer: upsample3d({ factor: [3, 2] }),
  input: () => normalNoise(key(1), [2, 2, 3, 2, 2]),
  output: [2, 6, 6, 4, 2],
  wrong: () => zeros([2, 3, 2, 2]),
  valueAndGrad,
}));

// A clip of two frames of 1 × 2 pixels: a channel that counts them and one ten times as large.
const small = [[[[[1, 10], [2, 20]]], [[[3, 30], [4, 40]]]]]; // biome-ignore format: a clip

test('known answers: frames stand longer, pixels grow across and down', () => {
  using x = owned(tensor(small));
  using long = owned(upsample3d({ factor: [2, 1] }).apply({}, x));
  expect(long.shape).toEqual([1, 4, 1, 2, 2]);
  expectClose(long, pixels([1, 2, 1, 2, 3, 4, 3, 4]));
  using large = owned(upsample3d({ factor: [1, 2] }).apply({}, x));
  expect(large.shape).toEqual([1, 2, 2, 4, 2]);
  expectClose(large, pixels([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]));
  using same = owned(upsample3d({ factor: 1 }).apply({}, x));
  expectClose(same, x);
});

test('errors: a factor out of range', () => {
  expect(() => upsample3d({ factor: [1, 1.5] })).toThrow(
    'upsample3d: the factor of space must be an integer of at least 1, got 1.5.',
  );
});

function pixels(values: readonly number[]): number[] {
  return values.flatMap((value) => [value, 10 * value]);
}
