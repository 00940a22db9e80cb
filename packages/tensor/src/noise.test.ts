import { GenaiError, key, randomGumbel, randomNormal, randomTruncatedNormal, randomUniform } from '@genai/core';
import { expect, test } from 'vitest';
import { gumbelNoise, normalNoise, truncatedNormalNoise, uniformNoise } from './noise.js';
import { owned } from './scope.js';

const noises = {
  uniformNoise: [uniformNoise, randomUniform],
  normalNoise: [normalNoise, randomNormal],
  truncatedNormalNoise: [truncatedNormalNoise, randomTruncatedNormal],
  gumbelNoise: [gumbelNoise, randomGumbel],
} as const;

test.each(Object.entries(noises))(
  'laws: %s holds the numbers of its key, in the shape asked for',
  (_, [noise, random]) => {
    using x = owned(noise(key(3), [2, 3, 1]));
    expect(x.shape).toEqual([2, 3, 1]);
    expect(x.dtype).toBe('float32');
    expect(x.dataSync()).toEqual(random(key(3), 6));
  },
);

test('known answers: scalars, empty shapes and a range', () => {
  using scalar = owned(normalNoise(key(0), []));
  expect(scalar.dataSync()).toEqual(randomNormal(key(0), 1));
  using empty = owned(normalNoise(key(0), [0, 4]));
  expect(empty.shape).toEqual([0, 4]);
  using ranged = owned(uniformNoise(key(0), [50], { min: 3, max: 4 }));
  expect(ranged.dataSync().every((x) => x >= 3 && x < 4)).toBe(true);
});

test('errors: a size that is no size', () => {
  for (const size of [-1, 1.5, Number.NaN]) {
    expect(() => normalNoise(key(0), [2, size])).toThrow(GenaiError);
    expect(() => normalNoise(key(0), [2, size])).toThrow(
      `normalNoise: sizes of a shape must be integers of at least 0, got [2, ${size}]`,
    );
  }
});
