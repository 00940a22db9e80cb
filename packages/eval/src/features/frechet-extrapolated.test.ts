import { key, randomNormal } from '@genai/core';
import { expect, test } from 'vitest';
import { compareSamples } from './compare-samples.js';
import { frechet } from './frechet.js';
import { frechetExtrapolated } from './frechet-extrapolated.js';

const draws = (seed: number, count: number, width: number): Float32Array[] => {
  const values = randomNormal(key(seed), count * width);
  return Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width));
};

test('known answers: of one distribution few samples tell a distance, their extrapolation hardly one', async () => {
  const [samples, reference] = [[draws(1, 1_000, 16)], [draws(2, 20_000, 16)]];
  const metrics = { few: frechet(), infinite: frechetExtrapolated({ points: 8, from: 0.25 }) };
  const { figures, signatures } = await compareSamples({ samples, reference, metrics, key: key(3) });
  const biased = figures.few.frechet.value;
  expect(biased).toBeGreaterThan(0.05); // about (width² + 3 width) / 4 count = 0.076
  expect(Math.abs(figures.infinite.frechetExtrapolated.value)).toBeLessThan(biased / 4);
  expect(signatures.infinite).toContain(
    'frechet-extrapolated|points:8|from:0.25|keep:10000|samples:1000|reference:20000|',
  );
});

test('errors: settings, too few samples', async () => {
  expect(() => frechetExtrapolated({ points: 1 })).toThrow(
    'frechetExtrapolated: points must be an integer of at least 2, got 1.',
  );
  expect(() => frechetExtrapolated({ from: 1 })).toThrow('frechetExtrapolated: from must lie between 0 and 1, got 1.');
  const data = [draws(1, 10, 2)];
  const metrics = { infinite: frechetExtrapolated() };
  await expect(compareSamples({ samples: data, reference: data, metrics, key: key(0) })).rejects.toThrow(
    'frechetExtrapolated, the samples: got 10 rows of 2 numbers, expected at least 20 of at least one.',
  );
});
