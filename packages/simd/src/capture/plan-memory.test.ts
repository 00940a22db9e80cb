import { fold, key, randomIntegers } from '@genai/core';
import { expect, test } from 'vitest';
import { type Lifetime, planMemory } from './plan-memory.js';

test('properties: spaces needed at the same time never overlap, and little more is taken than the largest need', () => {
  for (let trial = 0; trial < 30; trial++) {
    const lifetimes = someLifetimes(trial);
    const { offsets, bytes } = planMemory(lifetimes);
    for (const [i, a] of lifetimes.entries()) {
      expect(offsets[i]! % 64).toBe(0);
      expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes);
      for (const [j, b] of lifetimes.entries()) {
        if (j <= i || a.last < b.first || b.last < a.first) continue;
        expect(offsets[i]! >= offsets[j]! + b.bytes || offsets[j]! >= offsets[i]! + a.bytes).toBe(true);
      }
    }
    const need = Math.max(...Array.from({ length: 120 }, (_, at) => needAt(lifetimes, at)));
    expect(bytes).toBeLessThanOrEqual(1.25 * need);
  }
});

test('known answer: what is freed is used again, and a gap takes what fits tightest', () => {
  const lifetimes = [
    { bytes: 256, first: 0, last: 1 },
    { bytes: 128, first: 0, last: 3 },
    { bytes: 200, first: 2, last: 3 },
    { bytes: 64, first: 2, last: 2 },
  ];
  expect(planMemory(lifetimes)).toEqual({ offsets: [0, 256, 0, 384], bytes: 448 });
  expect(planMemory([])).toEqual({ offsets: [], bytes: 0 });
});

function someLifetimes(trial: number): Lifetime[] {
  const [sizes, starts, lengths] = [0, 1, 2].map((i) =>
    randomIntegers(fold(key(trial), i), 80, { min: 1, max: i === 0 ? 5000 : i === 1 ? 100 : 20 }),
  ) as [Int32Array, Int32Array, Int32Array];
  return Array.from(sizes, (bytes, i) => ({ bytes, first: starts[i]!, last: starts[i]! + lengths[i]! - 1 }));
}

function needAt(lifetimes: readonly Lifetime[], at: number): number {
  return lifetimes.reduce(
    (sum, { bytes, first, last }) => sum + (first <= at && at <= last ? Math.ceil(bytes / 64) * 64 : 0),
    0,
  );
}
