import { GenaiError, key, sizeOf } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { range, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { flattenEvent } from './flatten-event.js';
import { squeeze } from './squeeze.js';

bijectorLaws('squeeze', () => ({ map: squeeze(), x: () => normalNoise(key(1), [2, 4, 6, 1]), settings: 1 }));
bijectorLaws('squeeze by three', () => ({ map: squeeze(3), x: () => normalNoise(key(1), [1, 3, 3, 2]), settings: 1 }));
bijectorLaws('flattenEvent', () => ({
  map: flattenEvent([2, 3, 1]),
  x: () => normalNoise(key(1), [2, 2, 3, 1]),
  settings: 1,
}));

const counted = (shape: readonly number[]): Tensor => scope(() => reshape(range(0, sizeOf(shape)), [...shape]));

test('known answers: the pixels of a square become channels, those of one channel side by side', () => {
  using x = owned([counted([1, 4, 4, 1])]);
  using one = owned(squeeze().forward({}, x[0]!));
  expect([...one.y.dataSync()]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
  using two = owned([counted([1, 2, 2, 2])]); // channels 0 2 4 6 and 1 3 5 7
  using squeezed = owned(squeeze().forward({}, two[0]!));
  expect([...squeezed.y.dataSync()]).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
});

test('errors: sizes that do not divide', () => {
  scope(() => {
    const x = counted([1, 3, 4, 1]);
    expect(() => squeeze().forward({}, x)).toThrow(GenaiError);
    expect(() => squeeze().forward({}, x)).toThrow('squeeze: got images of 3 × 4, expected multiples of 2.');
    expect(() => squeeze().inverse({}, counted([1, 2, 2, 6]))).toThrow('got 6 channels of noise');
    expect(() => squeeze().eventBefore?.([2, 2, 6])).toThrow('got 6 channels of noise');
    expect(() => squeeze(1)).toThrow('squeeze: factor must be an integer of at least 2, got 1.');
    expect(() => flattenEvent([4, 3]).forward({}, x)).toThrow('got shape [1, 3, 4, 1], expected [1, 4, 3]');
    return [];
  });
});
