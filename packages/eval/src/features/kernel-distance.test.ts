import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { compareSamples } from './compare-samples.js';
import { kernelDistance, kernelDistanceOf } from './kernel-distance.js';

const [a, b] = [hashedRows(1, 70, 6), hashedRows(2, 70, 6, 1.3, 0.2)];

test('goldens: torch-fidelity', async () => {
  expect(Math.abs((await kernelDistanceOf(a, b)) / golden.kernelDistance - 1)).toBeLessThan(1e-11);
  const quadratic = await kernelDistanceOf(a, b, { degree: 2, gamma: 0.5, coef0: 0.25 });
  expect(Math.abs(quadratic / golden.kernelDistanceQuadratic - 1)).toBeLessThan(1e-11);
  const metrics = { kernel: kernelDistance({ subsets: 3, size: 70 }) }; // each subset is all
  const { figures } = await compareSamples({ samples: [a], reference: [b], metrics, key: key(0) });
  expect(Math.abs(figures.kernel.kernelDistance.value / golden.kernelDistance - 1)).toBeLessThan(1e-11);
  expect(figures.kernel.kernelDistanceDeviation.value).toBeLessThan(1e-12);
});

test('parity: more rows than a tile, as pair by pair', async () => {
  const width = 32;
  const [c, d] = [hashedRows(3, 600, width, 2), hashedRows(4, 530, width, 2, 0.2)];
  const kernel = (x: Float64Array, y: Float64Array): number =>
    (x.reduce((sum, v, k) => sum + v * y[k]!, 0) / width + 1) ** 3;
  const mean = (rows: Float64Array[], others: Float64Array[]): number => {
    let sum = 0;
    for (const [i, x] of rows.entries())
      for (const [j, y] of others.entries()) if (rows !== others || i !== j) sum += kernel(x, y);
    return sum / (rows.length * (rows === others ? rows.length - 1 : others.length));
  };
  const want = mean(c, c) + mean(d, d) - 2 * mean(c, d);
  expect(Math.abs((await kernelDistanceOf(c, d)) / want - 1)).toBeLessThan(1e-11);
});

test('known answers: subsets of one set differ by chance alone, and by the key', async () => {
  const metrics = { kernel: kernelDistance({ subsets: 40, size: 30 }) };
  const measure = async (seed: number) =>
    (
      await compareSamples({
        samples: [hashedRows(5, 200, 6)],
        reference: [hashedRows(6, 200, 6)],
        metrics,
        key: key(seed),
      })
    ).figures.kernel;
  const found = await measure(0);
  const deviation = found.kernelDistanceDeviation.value;
  expect(deviation).toBeGreaterThan(0);
  expect(Math.abs(found.kernelDistance.value)).toBeLessThan(deviation);
  expect(await measure(0)).toEqual(found);
  expect(await measure(1)).not.toEqual(found);
});

test('errors: fewer rows than a subset, a degree', async () => {
  await expect(kernelDistanceOf(a, b, { degree: 0.5 })).rejects.toThrow(
    'polynomial kernel: degree must be an integer of at least 1, got 0.5.',
  );
  expect(() => kernelDistance({ keep: 10 })).toThrow(
    'kernelDistance: size 1000 is more than the 10 rows kept. Raise keep.',
  );
  const metrics = { kernel: kernelDistance() };
  await expect(compareSamples({ samples: [a], reference: [b], metrics, key: key(0) })).rejects.toThrow(
    'kernelDistance, the reference: got 70 rows of 6 numbers, expected at least 1000 of at least one.',
  );
});
