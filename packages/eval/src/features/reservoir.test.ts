import { key } from '@genai/core';
import { expect, test } from 'vitest';
import { reservoir } from './reservoir.js';

const numbered = (from: number, to: number): number[][] =>
  Array.from({ length: to - from }, (_, i) => [from + i, -from - i]);

const keep = async (most: number, batches: readonly number[][][], seed = 0): Promise<number[]> => {
  const accumulator = reservoir('here', most)(key(seed));
  for (const batch of batches) await accumulator.add(batch);
  const { rows, count } = accumulator.result();
  expect(rows!.values.length).toBe(rows!.shape[0]! * rows!.shape[1]!);
  expect(count!.values[0]).toBe(batches.flat().length);
  return [...rows!.values].filter((_, i) => i % 2 === 0);
};

test('laws: few rows are all kept in order; batches change nothing; whole rows stay together', async () => {
  expect(await keep(9, [numbered(0, 4), numbered(4, 9)])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const whole = await keep(50, [numbered(0, 3_000)]);
  expect(await keep(50, [numbered(0, 1), numbered(1, 1_500), numbered(1_500, 3_000)])).toEqual(whole);
  expect(new Set(whole).size).toBe(50);
  expect(await keep(50, [numbered(0, 3_000)], 1)).not.toEqual(whole);
  const { rows } = await (async () => {
    const accumulator = reservoir('here', 5)(key(2));
    await accumulator.add(numbered(0, 100));
    return accumulator.result();
  })();
  for (let i = 0; i < 5; i++) expect(rows!.values[2 * i]! + rows!.values[2 * i + 1]!).toBe(0);
});

test('known answers: each row has the same chance', async () => {
  const [most, all, rounds] = [10, 40, 400];
  const kept = new Float64Array(all);
  for (let seed = 0; seed < rounds; seed++) for (const row of await keep(most, [numbered(0, all)], seed)) kept[row]!++;
  // χ² of 40 counts, of mean 39 · (1 − ¼) and deviation √(2 · 39) · ¾, since each round keeps 10.
  const chi = kept.reduce((sum, count) => sum + (count - (rounds * most) / all) ** 2 / ((rounds * most) / all), 0);
  expect(chi).toBeGreaterThan(29 - 4 * 6.6);
  expect(chi).toBeLessThan(29 + 4 * 6.6);
});

test('laws: single precision stays single, double stays double', async () => {
  const accumulator = reservoir('here', 3)(key(0));
  await accumulator.add([[1], [2]]);
  expect(accumulator.result().rows!.values).toEqual(Float64Array.of(1, 2));
});

test('errors: widths that differ', async () => {
  const accumulator = reservoir('here', 3)(key(0));
  await accumulator.add([[1, 2]]);
  await expect(accumulator.add([[1]])).rejects.toThrow('here: got rows of 1 numbers, those before had 2.');
});
