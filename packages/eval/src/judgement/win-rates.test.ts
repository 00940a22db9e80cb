import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/judgement.json' with { type: 'json' };
import { normalQuantile } from './normal-quantile.js';
import { studentQuantile } from './student-quantile.js';
import { wilsonInterval } from './wilson-interval.js';
import { winRates } from './win-rates.js';

test('goldens: intervals and quantiles of scipy', () => {
  for (const [successes, count, level, low, high] of golden.wilson as [number, number, number, number, number][]) {
    expect(wilsonInterval(successes, count, level)).toEqual({
      ...{ low: expect.closeTo(low, 12), high: expect.closeTo(high, 12), level },
    });
  }
  for (const [p, z] of golden.normal as [number, number][]) expect(normalQuantile(p)).toBeCloseTo(z, 9);
  for (const [p, freedom, t] of golden.student as [number, number, number][]) {
    expect(Math.abs(studentQuantile(p, freedom) / t - 1)).toBeLessThan(1e-8);
  }
});

test('known answers: wins from either side, ties as halves', () => {
  const rates = winRates([
    { left: 'b', right: 'a', choice: 'left' },
    { left: 'a', right: 'b', choice: 'right' },
    { left: 'a', right: 'b', choice: 'tie' },
    { left: 'c', right: 'b', choice: 'left' },
  ]);
  expect(
    rates.map(({ first, second, wins, losses, ties, rate }) => [first, second, wins, losses, ties, rate.value]),
  ).toEqual([
    ['a', 'b', 0, 2, 1, 1 / 6],
    ['b', 'a', 2, 0, 1, 5 / 6],
    ['b', 'c', 0, 1, 0, 0],
    ['c', 'b', 1, 0, 0, 1],
  ]);
  expect(rates[0]!.rate.interval.high).toBeCloseTo(1 - rates[1]!.rate.interval.low, 12);
});

test('errors: more successes than trials, no votes', () => {
  expect(() => wilsonInterval(3, 2)).toThrow(GenaiError);
  expect(() => wilsonInterval(0, 0)).toThrow(/at least one trial/);
  expect(() => winRates([])).toThrow(/got no votes/);
});
