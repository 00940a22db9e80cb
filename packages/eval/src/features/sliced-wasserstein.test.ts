import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { compareSamples } from './compare-samples.js';
import { slicedWasserstein, slicedWassersteinAlong } from './sliced-wasserstein.js';

const [a, b] = [hashedRows(1, 90, 6), hashedRows(2, 70, 6, 1.3, 0.2)];

test('goldens: SciPy on a line, POT along the same directions', async () => {
  const [c, d] = [hashedRows(3, 40, 1), hashedRows(4, 65, 1, 1.5, 0.1)];
  expect(await slicedWassersteinAlong([[1]], c, d, { order: 1 })).toBeCloseTo(golden.wassersteinLine, 13);
  const directions = hashedRows(9, 7, 6).map((row) => row.map((value) => value / Math.hypot(...row)));
  expect(await slicedWassersteinAlong(directions, a, b)).toBeCloseTo(golden.slicedWasserstein, 13);
  expect(await slicedWassersteinAlong(directions, b, a, { order: 1 })).toBeCloseTo(golden.slicedWassersteinOrder1, 13);
});

test('known answers: of a set that was moved by m, ‖m‖ / √width on average', async () => {
  const width = 4;
  const moved = a.map((row) => row.slice(0, width).map((value) => value + 3));
  const metrics = { sliced: slicedWasserstein({ projections: 2_000 }) };
  const samples = [a.map((row) => row.slice(0, width))];
  const { figures } = await compareSamples({ samples, reference: [moved], metrics, key: key(0) });
  expect(Math.abs(figures.sliced.slicedWasserstein.value / 3 - 1)).toBeLessThan(0.05);
});

test('errors: the order', () => {
  expect(() => slicedWasserstein({ order: 0.5 })).toThrow(
    'slicedWasserstein: order must be a number of at least 1, got 0.5.',
  );
});
