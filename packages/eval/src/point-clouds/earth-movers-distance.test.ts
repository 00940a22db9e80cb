import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import golden from '../../golden/point-clouds.json' with { type: 'json' };
import { earthMoversDistance } from './earth-movers-distance.js';

type Row = readonly [seed: number, otherSeed: number, points: number, expected: number];

const onGrid = (seed: number, points: number): Float32Array =>
  hashedCloud(seed, points).map((x) => roundEven(4 * x) / 4);

/** Points near 0, each `every`th of them 10 away. */
const clustered = (seed: number, points: number, every: number): Float32Array =>
  hashedCloud(seed, points).map((x, i) => x / 128 + (i % (3 * every) === 0 ? 10 : 0));

describe('goldens: scipy.optimize.linear_sum_assignment', () => {
  const cases: [name: string, rows: Row[], a: typeof onGrid, b: typeof onGrid][] = [
    ['random clouds', golden.earthMovers as unknown as Row[], hashedCloud, hashedCloud],
    ['on a grid, with ties and copies', golden.onGrid as unknown as Row[], onGrid, onGrid],
    [
      'clusters of unequal counts',
      golden.clustered as unknown as Row[],
      (seed, points) => clustered(seed, points, 2),
      (seed, points) => clustered(seed, points, 3),
    ],
  ];
  test.each(cases)('%s: exact, and within the tolerance', async (_name, rows, a, b) => {
    for (const [seed, otherSeed, points, expected] of rows) {
      const pair = [a(seed, points), b(otherSeed, points)] as const;
      expect(Math.abs((await earthMoversDistance(...pair)) - expected)).toBeLessThan(1e-12 * (1 + expected));
      for (const tolerance of [0.5, 0.05, 0.01, 0.0001]) {
        const found = await earthMoversDistance(...pair, { tolerance });
        expect(found).toBeGreaterThanOrEqual(expected * (1 - 1e-12));
        expect(found).toBeLessThanOrEqual(expected * (1 + tolerance) * (1 + 1e-12));
      }
    }
  });
});

describe('known answers', () => {
  test.each([0, 0.01])('a cloud and its points in another order, tolerance %s: 0', async (tolerance) => {
    const cloud = hashedCloud(1, 100);
    const turned = Float32Array.from(cloud, (_, i) => cloud[(i + 21) % 300]!);
    expect(await earthMoversDistance(cloud, turned, { tolerance })).toBe(0);
  });

  test.each([0, 0.01])(
    'a cloud that is moved, tolerance %s: the way it went, as no assignment is shorter',
    async (tolerance) => {
      const cloud = Float64Array.from(hashedCloud(1, 60));
      const moved = cloud.map((x, i) => x + [0.3, 0, 0.4][i % 3]!);
      const found = await earthMoversDistance(cloud, moved, { tolerance });
      expect(found).toBeGreaterThan(0.5 - 1e-12);
      expect(found).toBeLessThan(0.5 * (1 + tolerance) + 1e-12);
    },
  );

  test('points that all coincide: the distance of two points', async () => {
    const [here, there] = [new Float32Array(150), new Float32Array(150).fill(2)];
    expect(await earthMoversDistance(here, here)).toBe(0);
    expect(await earthMoversDistance(here, there)).toBeCloseTo(Math.sqrt(12), 12);
    expect(await earthMoversDistance(here, there, { tolerance: 0.01 })).toBeCloseTo(Math.sqrt(12), 12);
  });

  test('on a line: of the points in order', async () => {
    const xs = [...hashedCloud(3, 40)];
    const ys = [...hashedCloud(4, 40)].map((y) => Math.fround(3 * y));
    const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);
    const expected = sorted(xs).reduce((total, x, i) => total + Math.abs(x - sorted(ys)[i]!), 0) / xs.length;
    const along = (values: number[]): Float32Array => Float32Array.from(values.flatMap((x) => [0, x, 0]));
    expect(await earthMoversDistance(along(xs), along(ys))).toBeCloseTo(expected, 12);
  });
});

test.each([0, 0.01])(
  'laws: with a bound, tolerance %s, it is the same up to the bound, and above it what is above',
  async (tolerance) => {
    let sooner = 0;
    for (let seed = 0; seed < 20; seed++) {
      // Of one centre and spread, or moved: prices, or projections tell.
      const move = seed % 2 === 0 ? 0 : 0.2;
      const [a, b] = [hashedCloud(seed, 50), hashedCloud(seed + 100, 50).map((x) => x + move)];
      const full = await earthMoversDistance(a, b, { tolerance });
      expect(await earthMoversDistance(a, b, { tolerance, beyond: full })).toBe(full);
      for (const share of [0.3, 0.8, 0.95]) {
        const beyond = (share * full) / (1 + tolerance);
        const found = await earthMoversDistance(a, b, { tolerance, beyond });
        expect(found).toBeGreaterThan(beyond);
        expect(found).toBeLessThanOrEqual(full);
        if (found < full) sooner++;
      }
    }
    expect(sooner).toBeGreaterThan(30);
  },
);

test('laws: a signal stops it, while it works too', async () => {
  const [a, b] = [hashedCloud(1, 1200), hashedCloud(2, 1200)];
  await expect(earthMoversDistance(a, b, { signal: AbortSignal.abort('at once') })).rejects.toBe('at once');
  const stop = new AbortController();
  setTimeout(() => stop.abort('later'));
  await expect(earthMoversDistance(a, b, { signal: stop.signal })).rejects.toBe('later');
});

test('errors: unequal counts, what is no number, a tolerance below 0', async () => {
  const point = new Float32Array(3);
  await expect(earthMoversDistance(point, new Float32Array(6))).rejects.toThrow(GenaiError);
  await expect(earthMoversDistance(point, new Float32Array(6))).rejects.toThrow(
    'earthMoversDistance: got 1 and 2 points, expected as many in both. Leave some out of the larger cloud.',
  );
  await expect(earthMoversDistance(point, new Float32Array([0, Number.NaN, 0]))).rejects.toThrow(
    'earthMoversDistance: the distances add up to NaN. Pass clouds of finite numbers.',
  );
  await expect(earthMoversDistance(point, point, { tolerance: -1 })).rejects.toThrow(
    'earthMoversDistance: tolerance must be 0 or more, got -1.',
  );
});

/** As NumPy rounds. */
function roundEven(x: number): number {
  const near = Math.round(x);
  return Math.abs(x % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
}
