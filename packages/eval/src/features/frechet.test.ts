import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { momentsOf } from '../frechet-distance.js';
import { compareSamples } from './compare-samples.js';
import { frechet } from './frechet.js';

type Rows = readonly Float64Array[];

const distance = async (samples: Iterable<Rows>, reference: Iterable<Rows>): Promise<number> => {
  const found = await compareSamples({ samples, reference, metrics: { it: frechet() }, key: key(0) });
  return found.figures.it.frechet.value;
};

const expectRelative = (got: number, want: number, tolerance: number): void =>
  expect(Math.abs(got / want - 1)).toBeLessThan(tolerance);

const [a, b] = [hashedRows(1, 90, 6), hashedRows(2, 70, 6, 1.3, 0.2)];
const repeated = (rows: Rows): Float64Array[] => rows.map((x) => Float64Array.of(...x, ...x.slice(0, 3), 2 * x[1]!));

test.each([
  ['SciPy', golden.frechet, a, b],
  ['torch-fidelity', golden.frechetTorchFidelity, a, b],
  ['SciPy, wide', golden.frechetWide, hashedRows(11, 300, 40), hashedRows(12, 260, 40, 1.5)],
  ['NumPy, columns repeated', golden.frechetRepeated, repeated(a), repeated(b)],
  ['NumPy, fewer rows than columns', golden.frechetFewRows, hashedRows(13, 20, 50), hashedRows(14, 30, 50, 1.2)],
])('goldens: %s', async (_name, want, samples, reference) => {
  expectRelative(await distance([samples], [reference]), want, 1e-9);
  expectRelative(await distance([reference], [samples]), want, 1e-9);
});

test('goldens: SciPy, means far from 0', async () => {
  const [c, d] = [hashedRows(1, 300, 6, 1, 1e5), hashedRows(2, 280, 6, 1.3, 1e5)];
  expectRelative(await distance([c], [d]), golden.frechetFar, 1e-7);
});

test('laws: batches change no bit, and moments are those of momentsOf', async () => {
  const rows = hashedRows(3, 700, 5, 2, 3);
  const cut = (...ends: number[]): Rows[] => ends.map((end, i) => rows.slice(ends[i - 1] ?? 0, end));
  const gather = async (batches: readonly Rows[]) => {
    const accumulator = frechet().gather(key(0));
    for (const batch of batches) {
      await accumulator.add(batch);
      if (batch.length > 1) accumulator.result(); // may be asked for at any time
    }
    return accumulator.result();
  };
  const whole = await gather([rows]);
  expect(await gather(cut(1, 2, 300, 301, 600, 700))).toEqual(whole);
  const { mean, covariance } = await momentsOf(rows);
  expect(whole.mean!.values).toEqual(mean);
  expect(whole.covariance!.values).toEqual(covariance);
  expect([...whole.count!.values]).toEqual([700]);
});

test('errors: widths that differ, too few rows, a missing reference', async () => {
  await expect(distance([[Float64Array.of(1, 2)], [Float64Array.of(1)]], [a])).rejects.toThrow(
    'frechet: got rows of 1 numbers, those before had 2.',
  );
  await expect(distance([a], [hashedRows(1, 9, 5)])).rejects.toThrow(
    'frechet: got features of widths 6 and 5, expected one width.',
  );
  await expect(distance([a.slice(0, 1)], [a])).rejects.toThrow(
    'frechet: got 1 rows of 6 numbers, expected at least 2.',
  );
  await expect(compareSamples({ samples: [a], metrics: { it: frechet() }, key: key(0) })).rejects.toThrow(
    'frechet, the reference: expected statistics with an array "mean", got none.',
  );
});
