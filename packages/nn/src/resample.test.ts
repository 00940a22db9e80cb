import { owned } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { downsample, upsample } from './index.js';

// One image of 2 × 2 pixels: a channel that counts them and one ten times as large.
const small = [[[[1, 10], [2, 20]], [[3, 30], [4, 40]]]]; // biome-ignore format: an image

test('known answers: upsample repeats each pixel across and down', () => {
  using x = owned(tensor(small));
  using y = owned(upsample().apply({}, x));
  expect(y.shape).toEqual([1, 4, 4, 2]);
  const pixels = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
  expectClose(
    y,
    pixels.flatMap((pixel) => [pixel, 10 * pixel]),
  );
});

test('known answers: downsample is the mean of each square', () => {
  using x = owned(
    tensor([
      [
        [[1], [2], [5], [0]],
        [[3], [6], [1], [2]],
      ],
    ]),
  );
  using y = owned(downsample().apply({}, x));
  expect(y.shape).toEqual([1, 1, 2, 1]);
  expectClose(y, [3, 2]);
});

test('properties: downsample undoes upsample, and factor 1 is the identity', () => {
  using x = owned(tensor(small));
  for (const factor of [1, 2, 3]) {
    using up = owned(upsample({ factor }).apply({}, x));
    using back = owned(downsample({ factor }).apply({}, up));
    expectClose(back, x);
  }
});

test('errors: sides that the factor does not divide', () => {
  using x = owned(tensor(small));
  expect(() => downsample({ factor: 3 }).apply({}, x)).toThrow(
    'downsample: got images of 2 × 2, expected multiples of the factor 3.',
  );
  expect(() => upsample({ factor: 1.5 })).toThrow('upsample: factor must be an integer of at least 1, got 1.5.');
});
