import { GenaiError, key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/judgement.json' with { type: 'json' };
import { elo } from './elo.js';
import type { Vote } from './vote.js';

const votes = golden.votes.map(([left, right, choice]) => ({ left, right, choice }) as Vote);

test('known answers: one win among equals moves both by half of k, a tie by nothing', () => {
  expect(elo([{ left: 'a', right: 'b', choice: 'right' }], { k: 32 })).toEqual([
    { system: 'b', rating: 1016 },
    { system: 'a', rating: 984 },
  ]);
  expect(elo([{ left: 'a', right: 'b', choice: 'both bad' }])[0]!.rating).toBe(1000);
});

test('goldens: the ratings of 120 votes by a loop in Python', () => {
  for (const { system, rating } of elo(votes, { k: 32 })) {
    expect(rating).toBeCloseTo(golden.elo[system as 'a'], 9);
  }
});

test('laws: points are neither made nor lost; averaged over orders, the order given does not count', () => {
  expect(elo(votes, { k: 32 }).reduce((sum, { rating }) => sum + rating, 0)).toBeCloseTo(4000, 8);
  const averaged = (list: readonly Vote[]) => elo(list, { k: 32, orders: { key: key(1), count: 300 } });
  for (const { system, rating } of averaged(votes)) {
    const other = averaged([...votes].reverse()).find((one) => one.system === system)!;
    expect(Math.abs(rating - other.rating)).toBeLessThan(15);
  }
});

test('errors: no votes, a k of 0, no orders', () => {
  expect(() => elo([])).toThrow(/got no votes/);
  expect(() => elo(votes, { k: 0 })).toThrow(GenaiError);
  expect(() => elo(votes, { orders: { key: key(0), count: 0 } })).toThrow(/count must be an integer of at least 1/);
});
