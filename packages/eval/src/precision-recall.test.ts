import { key, randomNormal } from '@genai/core';
import { owned } from '@genai/tensor';
import { tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { nearestNeighbours, type PrecisionRecall, precisionRecall } from './index.js';

const line = (...xs: number[]): number[][] => xs.map((x) => [x]);

const draws = (seed: number, count: number, width: number, f = (x: number, _row: number) => x): Float64Array[] => {
  const values = randomNormal(key(seed), count * width);
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from(values.subarray(i * width, (i + 1) * width), (x) => f(x, i)),
  );
};

describe('known answers', () => {
  test('on a line, by hand', async () => {
    // Radii of the reals are 1; of the fakes 9.6, 1, 1. Of the fakes only 0.4 lies in balls: those of 0 and 1.
    const found = await precisionRecall(line(0, 1, 2, 3), line(0.4, 10, 11), { neighbours: 1 });
    expect(found).toEqual({ precision: 1 / 3, recall: 1, density: 2 / 3, coverage: 1 / 2 });
    // A point at the very radius is outside: 4 is 1 from 3, and 3 from its own neighbour 7.
    const edge = await precisionRecall(line(0, 1, 2, 3), line(4, 7), { neighbours: 1 });
    expect(edge).toEqual({ precision: 0, recall: 2 / 4, density: 0, coverage: 0 });
  });

  test('two sets of one distribution: density 1, coverage 1 − 2^−k (Naeem et al. 2020)', async () => {
    const count = 600;
    const { density, coverage } = await precisionRecall(draws(1, count, 8), draws(2, count, 8), { neighbours: 4 });
    expect(Math.abs(density - 1)).toBeLessThan(0.1);
    expect(Math.abs(coverage - (1 - 2 ** -4))).toBeLessThan(4 * Math.sqrt((15 / 256) * (1 / count)));
  });

  test('a set that is copied has all; one far away nothing; one point of it precision alone', async () => {
    const real = draws(1, 100, 3);
    const all = await precisionRecall(real, real, { neighbours: 3 });
    expect(all).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
    const away = draws(2, 100, 3, (x) => x + 100);
    expect(await precisionRecall(real, away, { neighbours: 3 })).toEqual({
      precision: 0,
      recall: 0,
      density: 0,
      coverage: 0,
    });
    const collapsed = draws(3, 100, 3, (x) => 0.05 * x);
    const found = await precisionRecall(real, collapsed, { neighbours: 3 });
    expect(found.precision).toBeGreaterThan(0.9);
    expect(found.recall).toBeLessThan(0.05);
    expect(found.coverage).toBeLessThan(0.3);
  });

  test('nearestNeighbours, by hand: the nearest first, equals by their index', async () => {
    using queries = owned(tensor2d([[0], [5]]));
    const [first, second] = await nearestNeighbours(queries, line(3, -1, 1, 9, 1), 3);
    expect([...first!.indices]).toEqual([1, 2, 4]);
    expect([...first!.distances]).toEqual([1, 1, 1]);
    expect([...second!.indices]).toEqual([0, 2, 3]);
    expect([...second!.distances]).toEqual([2, 4, 4]);
  });
});

/** Sets that products in float32 cannot tell apart, or hardly; more rows than a tile has. */
const hard: readonly [name: string, real: Float64Array[], fake: Float64Array[]][] = [
  ['plain', draws(1, 150, 5), draws(2, 130, 5, (x) => 0.7 * x + 0.3)],
  ['over a thousand rows', draws(1, 1030, 2), draws(2, 1040, 2, (x) => 0.7 * x + 0.3)],
  ['far from 0', draws(1, 120, 4, (x) => x + 1e6), draws(2, 120, 4, (x) => x + 1e6)],
  [
    'clusters far apart, narrower than float32 tells',
    draws(1, 120, 4, (x, i) => 1e-5 * x + 100 * (i % 3)),
    draws(2, 120, 4, (x, i) => 1e-5 * x + 100 * (i % 3)),
  ],
  ['huge', draws(1, 60, 3, (x) => 1e30 * x), draws(2, 60, 3, (x) => 1e30 * x)],
  ['tiny', draws(1, 60, 3, (x) => 1e-30 * x), draws(2, 60, 3, (x) => 1e-30 * x)],
  [
    'on a grid, with many ties and copies',
    draws(1, 200, 2, (x) => Math.round(2 * x)),
    draws(2, 200, 2, (x) => Math.round(2 * x)),
  ],
  ['two points many times', draws(1, 200, 2, (_, i) => i % 2), draws(2, 200, 2, (_, i) => i % 2)],
];

describe.each(hard)('parity with all distances in double precision: %s', (_name, real, fake) => {
  test('precisionRecall', async () => {
    expect(await precisionRecall(real, fake, { neighbours: 5 })).toEqual(plainly(real, fake, 5));
  });

  test('nearestNeighbours', async () => {
    const found = await nearestNeighbours(fake, real, 4);
    for (const [i, query] of fake.entries()) {
      const order = real.map((row, index) => ({ index, far: distance(query, row) }));
      order.sort((a, b) => a.far - b.far || a.index - b.index);
      expect([...found[i]!.distances]).toEqual(order.slice(0, 4).map(({ far }) => far));
      expect([...found[i]!.indices]).toEqual(order.slice(0, 4).map(({ index }) => index));
    }
  });
});

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((total, x, k) => total + (x - b[k]!) ** 2, 0));
}

/** The definitions of the package prdc, on whole matrices. */
function plainly(real: Float64Array[], fake: Float64Array[], k: number): PrecisionRecall {
  const radius = (row: Float64Array, rows: Float64Array[]): number =>
    rows.map((other) => distance(row, other)).sort((a, b) => a - b)[k]!; // the first is itself
  const realRadii = real.map((row) => radius(row, real));
  const fakeRadii = fake.map((row) => radius(row, fake));
  const between = real.map((row) => fake.map((other) => distance(row, other))); // [real][fake]
  const mean = (xs: readonly (boolean | number)[]): number => xs.reduce<number>((a, b) => a + Number(b), 0) / xs.length;
  const balls = fake.map((_, j) => real.filter((_, i) => between[i]![j]! < realRadii[i]!).length);
  return {
    precision: mean(balls.map((count) => count > 0)),
    recall: mean(between.map((row) => row.some((far, j) => far < fakeRadii[j]!))),
    density: balls.reduce((a, b) => a + b, 0) / (k * fake.length),
    coverage: mean(between.map((row, i) => Math.min(...row) < realRadii[i]!)),
  };
}

test('errors: too few rows, widths that differ', async () => {
  await expect(precisionRecall(line(1, 2), line(1, 2), { neighbours: 2 })).rejects.toThrow(
    'precisionRecall, the reals: got 2 rows of 1 numbers, expected at least 3 of at least one.',
  );
  await expect(precisionRecall(line(1, 2), [[1, 2]], { neighbours: 1 })).rejects.toThrow(
    'precisionRecall, the fakes: got 1 rows of 2 numbers, expected at least 2 of 1.',
  );
  await expect(nearestNeighbours(line(1), line(1, 2), 3)).rejects.toThrow(
    'nearestNeighbours, the references: got 2 rows of 1 numbers, expected at least 3 of at least one.',
  );
});
