import { key, randomNormal } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { nearestNeighbours } from '../nearest-neighbours.js';
import { authenticity } from './authenticity.js';
import { copies } from './copies.js';
import { dataCopyingTest } from './data-copying-test.js';
import { identifiability } from './identifiability.js';
import { mannWhitney } from './mann-whitney.js';
import { membershipScore } from './membership-score.js';
import { memorisationReport } from './memorisation-report.js';
import { nearestInStream } from './nearest-in-stream.js';

const line = (...xs: number[]): number[][] => xs.map((x) => [x]);

const normals = (seed: number, count: number, width: number, move = 0, scale = 1): Float32Array[] => {
  const values = randomNormal(key(seed), count * width).map((x) => scale * x + move);
  return Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width));
};

const add = (rows: readonly Float32Array[], others: readonly Float32Array[]): Float32Array[] =>
  rows.map((row, i) => row.map((x, j) => x + others[i]![j]!));

describe('authenticity: known answers', () => {
  test('on a line, by hand', async () => {
    // Nearest neighbours among 0, 1, 5 are 1, 1 and 4 away. −0.5 and 2 are 0.5 and 1 from theirs; 8 is 3 from 5; 9.5 is 4.5 from it.
    const found = await authenticity(line(-0.5, 2, 8, 9.5, -1.2), line(0, 1, 5));
    expect([...found.inauthentic]).toEqual([0, 1, 2]);
    expect(found.authenticity).toBe(2 / 5);
  });

  test('copies have none, far samples all, those of one distribution about half', async () => {
    const training = normals(0, 400, 3);
    expect((await authenticity(training, training)).authenticity).toBe(0);
    expect((await authenticity(normals(1, 50, 3, 100), training)).authenticity).toBe(1);
    // Which of two points of one cloud is nearer to a third is even odds; that the third is the nearest of the sample makes it a little denser there.
    expect(Math.abs((await authenticity(normals(1, 400, 3), training)).authenticity - 0.5)).toBeLessThan(0.12);
  });
});

describe('copies', () => {
  test('known answers: on a line, in two batches', async () => {
    const samples = line(0.1, 4, 7, 10);
    const found = await copies(samples, [line(0, 3), line(7, 9.5)], { within: 0.5, neighbours: 2 });
    expect(found.share).toBe(3 / 4);
    expect(found.pairs.map(({ sample, training }) => [sample, training])).toEqual([
      [2, 2],
      [0, 0],
      [3, 3],
    ]);
    expect(found.pairs[0]!.distance).toBe(0);
    expect([...found.nearest[1]!.indices]).toEqual([1, 2]); // 3 and 7, of two batches
  });

  test('parity: a stream gives the neighbours that all data at once give, ties included', async () => {
    const training = normals(2, 700, 2).map((row) => row.map((x) => Math.round(3 * x)));
    const queries = normals(3, 40, 2).map((row) => row.map((x) => Math.round(3 * x)));
    async function* batches(): AsyncGenerator<Float32Array[]> {
      for (const [from, to] of [
        [0, 3],
        [3, 300],
        [300, 301],
        [301, 700],
      ] as const)
        yield training.slice(from, to);
    }
    expect(await nearestInStream(queries, batches(), { count: 5 })).toEqual(
      await nearestNeighbours(queries, training, 5),
    );
  });

  test('a signal ends it with its reason', async () => {
    const controller = new AbortController();
    const endless = function* (): Generator<number[][]> {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort(new Error('enough'));
        yield line(i);
      }
    };
    await expect(copies(line(1), endless(), { within: 1, signal: controller.signal })).rejects.toThrow('enough');
  });
});

test('identifiability: known answers', async () => {
  // 0 and 1 are 1 apart, 5 is 4 from 1. Samples 0.2 and 8: nearer to 0 (0.2), to 1 (0.8), and to 5 (3).
  expect(await identifiability(line(0.2, 8), line(0, 1, 5))).toBe(1);
  expect(await identifiability(line(0.2, 10), line(0, 1, 5))).toBe(2 / 3);
  expect(await identifiability(line(2, 9), line(0, 1, 5))).toBe(1 / 3); // as near as the other does not count
  expect(await identifiability(line(100), line(0, 1, 5))).toBe(0);
});

test('mannWhitney: goldens', () => {
  // scipy 1.17: r = mannwhitneyu(a, b, method='asymptotic', use_continuity=False); -norm.isf(r.pvalue / 2)
  expect(mannWhitney([1.5, 2, 2, 3, 7, 0.5], [2, 4, 5, 5, 6, 8, 9])).toBeCloseTo(-2.0138794170472782, 12);
  expect(mannWhitney([1, 2, 3], [4, 5, 6])).toBeCloseTo(-1.963961012123932, 12);
  expect(mannWhitney([4, 5, 6], [1, 2, 3])).toBeCloseTo(1.963961012123932, 12);
  expect(mannWhitney([2, 2], [2, 2, 2])).toBe(0);
});

describe('dataCopyingTest: known answers', () => {
  const training = normals(4, 300, 2);
  const heldOut = normals(5, 300, 2);

  test('fresh samples score within chance, noisy copies far below, a wide model far above', async () => {
    const fresh = await dataCopyingTest({ samples: normals(6, 300, 2), training, heldOut });
    expect(Math.abs(fresh.score)).toBeLessThan(3);
    const noisy = add(training, normals(7, 300, 2, 0, 0.02));
    expect((await dataCopyingTest({ samples: noisy, training, heldOut })).score).toBeLessThan(-8);
    expect((await dataCopyingTest({ samples: normals(8, 300, 2, 0, 3), training, heldOut })).score).toBeGreaterThan(5);
  });

  test('cells tell copying on one side from underfitting on the other', async () => {
    const shifted = (rows: readonly Float32Array[]): Float32Array[] =>
      rows.map((row, i) => Float32Array.of(row[0]! + (i % 2 ? 50 : -50), row[1]!));
    const known = shifted(training);
    // Of the cluster at −50 copies with little noise, of that at 50 points spread thrice as wide.
    const samples = shifted(add(training, normals(7, 300, 2, 0, 0.02))).map((row, i) =>
      i % 2 ? Float32Array.of(50 + 3 * (row[0]! - 50), 3 * row[1]!) : row,
    );
    const sides = { samples, training: known, heldOut: shifted(heldOut) };
    const { cells, score } = await dataCopyingTest(sides, {
      cells: [
        [-50, 0],
        [50, 0],
        [500, 0],
      ],
    });
    expect(cells[0]).toBeLessThan(-5);
    expect(cells[1]).toBeGreaterThan(3);
    expect(cells[2]).toBeNaN();
    expect(score).toBeCloseTo((cells[0]! + cells[1]!) / 2, 12); // as many held-out data in either
  });
});

describe('memorisationReport: known answers', () => {
  const training = normals(4, 600, 2);
  const heldOut = normals(5, 200, 2);

  test('fresh samples are as near as held-out data; of noisy copies of every second example it tells which', async () => {
    const fresh = await memorisationReport({ samples: normals(6, 300, 2), training: [training], heldOut });
    expect(fresh.copies).toBeLessThan(0.05);
    expect(Math.abs(fresh.distanceRatio - 1)).toBeLessThan(0.25);
    expect(Math.abs(fresh.score)).toBeLessThan(3);

    const copied = training.filter((_, i) => i % 2 === 1).map((row) => row.map((x) => x + 1e-6));
    const batches = [training.slice(0, 100), training.slice(100)];
    const found = await memorisationReport(
      { samples: copied, training: batches, heldOut },
      { neighbours: 2, worst: 5 },
    );
    expect(found.copies).toBe(1);
    expect(found.distanceRatio).toBeLessThan(1e-3);
    expect(found.score).toBeLessThan(-15);
    expect(found.nearest.map(({ indices }) => indices[0])).toEqual(copied.map((_, i) => 2 * i + 1));
    expect(found.worst).toHaveLength(5);
    for (const { sample, training: row } of found.worst) expect(row).toBe(2 * sample + 1);
  });

  test('the bound is the held-out distance that the tolerance allows', async () => {
    const sides = { samples: line(0.5, 3, 9), training: [line(0)], heldOut: line(1, 2, 3, 4, 5) };
    const { within, copies, distanceRatio } = await memorisationReport(sides, { tolerance: 0.4 });
    expect([within, copies, distanceRatio]).toEqual([2, 1 / 3, 1]);
  });
});

describe('membershipScore', () => {
  test('known answers: by hand, with ties', () => {
    const { auroc, advantage } = membershipScore({
      training: [0.2, 0.5, 0.5, 0.9],
      heldOut: [0.4, 0.5, 1.1, 1.3, 0.9],
    });
    // The area and its error from the matrix K of all pairs, 1, ½ or 0 (numpy): K.mean() = 0.725,
    // sqrt(K.mean(1).var(ddof=1) / 5 + K.mean(0).var(ddof=1) / 4) = 0.18200274723201296
    expect(auroc.value).toBeCloseTo(0.725, 12);
    expect(auroc.interval!.low).toBeCloseTo(0.725 - 1.959964 * 0.18200274723201296, 8);
    expect(auroc.interval!.high).toBe(1);
    expect(advantage.value).toBeCloseTo(3 / 4 - 2 / 5, 12); // at most 0.525: three of four and two of five
  });

  test('laws: losses of one distribution lie within chance about as often as the interval says', () => {
    let held = 0;
    for (let i = 0; i < 200; i++) {
      const { interval } = membershipScore({
        training: randomNormal(key(i), 80),
        heldOut: randomNormal(key(1000 + i), 60),
      }).auroc;
      if (interval!.low < 0.5 && interval!.high > 0.5) held++;
    }
    expect(held / 200).toBeGreaterThan(0.9);
    expect(held / 200).toBeLessThan(0.99);
  });
});

test('errors: what is too little, too narrow or no number', async () => {
  await expect(authenticity(line(1), line(1))).rejects.toThrow(
    /authenticity, the training data: got 1 rows of 1 numbers, expected at least 2/,
  );
  await expect(copies(line(1), [[[1, 2]]], { within: 1 })).rejects.toThrow(/copies, a batch: got 1 rows of 2 numbers/);
  await expect(copies(line(1), [line(1)], { within: 1, neighbours: 2 })).rejects.toThrow(
    /copies: the batches hold 1 rows, expected at least 2/,
  );
  await expect(copies(line(1), [line(1)], { within: Number.NaN })).rejects.toThrow(/copies: within must be/);
  await expect(dataCopyingTest({ samples: line(1), training: line(1), heldOut: line(2) })).rejects.toThrow(
    /no cell has 20 samples/,
  );
  const sides = { samples: line(1), training: [line(1)], heldOut: line(2) };
  await expect(memorisationReport(sides, { tolerance: 1 })).rejects.toThrow(/got tolerance 1/);
  expect(() => membershipScore({ training: [1], heldOut: [1, 2] })).toThrow(/got 1 losses of training/);
  expect(() => membershipScore({ training: [1, Number.NaN], heldOut: [1, 2] })).toThrow(/NaN/);
  expect(() => mannWhitney([], [1])).toThrow(/mannWhitney: got 0 and 1 numbers/);
});
