import { expect, test } from 'vitest';
import { alone } from '../../src/cluster/alone.js';
import type { Collective } from '../../src/cluster/collective.js';
import { fanOut } from '../../src/cluster/fan-out.js';

test.each([
  [1, 5],
  [2, 5],
  [3, 7],
  [4, 2],
  [2, 0],
])('known answers: %i ranks share %i items, rank 0 has all in order', async (size, count) => {
  const items = Array.from({ length: count }, (_, i) => i);
  const made: number[][] = Array.from({ length: size }, () => []);
  const gathered: Float32Array[][] = Array.from({ length: size }, () => []);
  const results: unknown[] = [];
  // From the last to the first: what rank 0 gathers is there.
  for (let rank = size - 1; rank >= 0; rank--) {
    let round = 0;
    const gather = (values: Float32Array): readonly Float32Array[] | undefined => {
      gathered[rank]!.push(values);
      round++;
      return rank === 0 ? gathered.map((rounds) => rounds[round - 1]!) : undefined;
    };
    const ranks: Collective = { ...alone(), rank, size, gather };
    const f = async (item: number, i: number): Promise<Float32Array> => {
      made[rank]!.push(i);
      return new Float32Array(item).fill(item);
    };
    results[rank] = await fanOut(items, f, ranks);
  }
  expect(made).toEqual(made.map((_, rank) => items.filter((i) => i % size === rank)));
  expect(results).toEqual(made.map((_, rank) => (rank ? undefined : items.map((i) => new Float32Array(i).fill(i)))));
});
