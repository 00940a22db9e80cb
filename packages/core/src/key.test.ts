import { expect, test } from 'vitest';
import golden from '../golden/jax.json' with { type: 'json' };
import { fold, GenaiError, key, split } from './index.js';

test('known answers: a seed fills the two words of a key', () => {
  expect(key(0)).toEqual([0, 0]);
  expect(key(2 ** 32 - 1)).toEqual([0, 2 ** 32 - 1]);
  expect(key(3 * 2 ** 32 + 5)).toEqual([3, 5]);
  expect(key(Number.MAX_SAFE_INTEGER)).toEqual([2 ** 21 - 1, 2 ** 32 - 1]);
});

test('goldens of JAX: fold_in', () => {
  expect(fold(key(golden.foldIn.seed), golden.foldIn.data)).toEqual(golden.foldIn.expected);
});

test('laws: split keys differ from each other and from their parent, and do not depend on their number', () => {
  const keys = split(key(7), 100);
  expect(new Set([key(7), ...keys].map(String)).size).toBe(101);
  expect(split(key(7), 3)).toEqual(keys.slice(0, 3));
  expect(split(key(7))).toHaveLength(2);
  expect(split(key(7), 0)).toEqual([]);
});

test('laws: fold takes its data modulo 2^32', () => {
  expect(fold(key(1), -1)).toEqual(fold(key(1), 2 ** 32 - 1));
  expect(fold(key(1), 0)).not.toEqual(fold(key(1), 1));
});

test('laws: fold by an index gives the key that split gives there, so that only one of them may be used on a key', () => {
  expect([0, 1, 2].map((i) => fold(key(7), i))).toEqual(split(key(7), 3));
});

test('errors: seeds, counts and data must be integers in range', () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(() => key(seed)).toThrow(GenaiError);
    expect(() => key(seed)).toThrow(`got ${seed}`);
  }
  for (const count of [-1, 1.5, Number.NaN]) expect(() => split(key(0), count)).toThrow(`split: count`);
  for (const data of [0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => fold(key(0), data)).toThrow(`fold: data`);
});
