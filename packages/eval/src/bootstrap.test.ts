import { key, randomNormal } from '@genai/core';
import { expect, test } from 'vitest';
import { bootstrap } from './bootstrap.js';

const mean = (values: ArrayLike<number>, rows: Int32Array): number =>
  rows.reduce((total, row) => total + values[row]!, 0) / rows.length;

test('known answers: of a mean it is about ± 1.96 standard errors', () => {
  const values = randomNormal(key(1), 400);
  const { low, high, level } = bootstrap(400, (rows) => mean(values, rows), { key: key(2), rounds: 2_000 });
  const all = mean(
    values,
    Int32Array.from({ length: 400 }, (_, i) => i),
  );
  expect(level).toBe(0.95);
  expect((all - low) * 20).toBeGreaterThan(1.96 * 0.93);
  expect((all - low) * 20).toBeLessThan(1.96 * 1.09);
  expect((high - all) * 20).toBeGreaterThan(1.96 * 0.91);
  expect((high - all) * 20).toBeLessThan(1.96 * 1.09);
});

test('laws: it holds the true mean about as often as it says', () => {
  let held = 0;
  for (let i = 0; i < 200; i++) {
    const values = randomNormal(key(100 + i), 60);
    const { low, high } = bootstrap(60, (rows) => mean(values, rows), { key: key(i), rounds: 200, level: 0.8 });
    if (low < 0 && high > 0) held++;
  }
  expect(held / 200).toBeGreaterThan(0.7);
  expect(held / 200).toBeLessThan(0.88);
});

test('laws: one key, the same resamples', () => {
  const seen: string[] = [];
  for (let i = 0; i < 2; i++) {
    const rows: string[] = [];
    bootstrap(5, (drawn) => rows.push(drawn.join()), { key: key(3), rounds: 4 });
    seen.push(rows.join(' '));
  }
  expect(seen[0]).toBe(seen[1]);
});

test('errors: counts and levels that mean nothing', () => {
  expect(() => bootstrap(0, () => 0, { key: key(0) })).toThrow(/count/);
  expect(() => bootstrap(5, () => 0, { key: key(0), level: 95 })).toThrow(/level 95/);
});
