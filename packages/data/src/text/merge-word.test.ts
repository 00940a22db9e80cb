import { key, randomIntegers } from '@genai/core';
import { expect, test } from 'vitest';
import { mergeWord } from './merge-word.js';

test('known answers: the leftmost of equal pairs first, the most urgent pair before it', () => {
  // 1 1 → 2, then 1 2 → 3
  const merges = {
    rank: (left: number, right: number) => (left === 1 && right === 1 ? 0 : left === 1 && right === 2 ? 1 : undefined),
    results: Int32Array.of(2, 3),
  };
  expect([...mergeWord(Int32Array.of(1, 1, 1), merges)]).toEqual([2, 1]);
  expect([...mergeWord(Int32Array.of(1, 1, 1, 1, 0, 1), merges)]).toEqual([2, 2, 0, 1]);
  expect([...mergeWord(Int32Array.of(1, 2), merges)]).toEqual([3]);
  expect([...mergeWord(Int32Array.of(), merges)]).toEqual([]);
});

test('properties: joining by heap equals looking for the most urgent pair each time', () => {
  for (let i = 0; i < 200; i++) {
    const table = randomIntegers(key(i), 64, { min: 0, max: 20 }); // ranks of pairs of 8 tokens, from 12 on none
    const results = randomIntegers(key(1_000 + i), 12, { min: 0, max: 8 });
    const ranks = new Map<number, number>(); // one pair for each rank, as in a list of merges
    for (const [pair, rank] of table.entries())
      if (rank < 12 && ![...ranks.values()].includes(rank)) ranks.set(pair, rank);
    const merges = { rank: (left: number, right: number) => ranks.get(8 * left + right), results };
    const word = randomIntegers(key(2_000 + i), 30, { min: 0, max: 4 });
    const slow = [...word];
    while (true) {
      const found = slow.slice(1).map((right, j) => merges.rank(slow[j]!, right) ?? 99);
      const best = Math.min(...found);
      if (!(best < 99)) break;
      slow.splice(found.indexOf(best), 2, results[best]!);
    }
    expect([...mergeWord(word, merges)], `word ${i}`).toEqual(slow);
  }
});
