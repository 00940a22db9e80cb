import { key, randomNormal, randomUniform } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { auction } from './auction.js';
import { leastAssignment } from './least-assignment.js';

/** Costs that are no distances: random, all but equal, with many ties, of rank one, and with a column that all want. */
const cases: readonly [name: string, cost: (noise: number, row: number, column: number) => number][] = [
  ['random', (noise) => noise],
  ['all but equal', (noise) => 1 + 1e-9 * noise],
  ['ties', (noise) => Math.round(3 * noise)],
  ['products', (_, row, column) => (row + 1) * (column + 1)],
  ['one cheap column', (noise, _, column) => (column === 2 ? 0 : 1 + noise)],
  ['spread over many orders', (noise) => 10 ** (12 * noise - 6)],
];

describe.each(cases)('known answers: %s', (_name, cost) => {
  test.each([1, 2, 3, 6])('all permutations of %s', (size) => {
    for (let seed = 0; seed < 8; seed++) {
      const noise = randomUniform(key(seed), size * size);
      const costs = Float64Array.from(noise, (x, at) => cost(x, Math.floor(at / size), at % size));
      const expected = Math.min(...permutations(size).map((columns) => total(costs, size, columns)));
      const close = 1e-12 * expected;
      for (const prices of [new Float64Array(size), Float64Array.from(randomNormal(key(seed), size))]) {
        const columns = finish(leastAssignment(costs, size, prices));
        expect([...columns].sort()).toEqual([...columns.keys()]);
        expect(Math.abs(total(costs, size, columns) - expected)).toBeLessThanOrEqual(close);
      }
      const sale = finish(auction(costs, size, { tolerance: 0.03, beyond: Number.POSITIVE_INFINITY }));
      expect([...sale.columnOf].sort()).toEqual([...sale.columnOf.keys()]);
      expect(total(costs, size, sale.columnOf)).toBeCloseTo(sale.cost, 9);
      expect(sale.cost).toBeLessThanOrEqual(1.03 * expected + close);
      expect(sale.bound).toBeLessThanOrEqual(expected + 1e-9 * Math.max(...costs));
    }
  });
});

function finish<R>(work: Generator<void, R>): R {
  let turn = work.next();
  while (!turn.done) turn = work.next();
  return turn.value;
}

function total(costs: Float64Array, size: number, columns: ArrayLike<number>): number {
  return Array.from(columns).reduce((sum, column, row) => sum + costs[row * size + column]!, 0);
}

function permutations(size: number): number[][] {
  if (size === 0) return [[]];
  return permutations(size - 1).flatMap((rest) =>
    Array.from({ length: size }, (_, at) => [...rest.slice(0, at), size - 1, ...rest.slice(at)]),
  );
}
