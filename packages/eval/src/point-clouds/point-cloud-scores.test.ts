import { GenaiError } from '@genai/core';
import { owned } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import golden from '../../golden/point-clouds.json' with { type: 'json' };
import { chamferDistance } from './chamfer-distance.js';
import type { PointCloud } from './clouds.js';
import { earthMoversDistance } from './earth-movers-distance.js';
import { pointCloudScores } from './point-cloud-scores.js';

/** Clouds of one point on a line, whose earth mover's distances are those of the numbers. */
const line = (...xs: number[]): Float64Array[] => xs.map((x) => new Float64Array([x, 0, 0]));

const distance = earthMoversDistance;
const many = (seed: number, count: number, points: number, scale = 1): Float32Array[] =>
  Array.from({ length: count }, (_, i) => hashedCloud(seed + i, points).map((x) => scale * x));

describe('known answers', () => {
  test('on a line, by hand', async () => {
    // References 0, 1, 5; generated 0.25, 0.5 and 9. Nearest generated: 0.25, 0.5 and 4 away. Nearest references: of 0.25 0; of
    // 0.5 both 0 and 1, so 0; of 9 5.
    // Nearest others: 0.25 and 0.5 each other (both 0.25 away, but 0 is as near to 0.25: half), 9 is next to 5, 0 next to 0.25, 1
    // next to 0.5, 5 next to 1 and to 9: half.
    const found = await pointCloudScores(line(0.25, 0.5, 9), line(0, 1, 5), { distance });
    expect(found).toMatchObject({
      minimumMatchingDistance: (0.25 + 0.5 + 4) / 3,
      coverage: 2 / 3,
      nearestNeighbourAccuracy: (0.5 + 1 + 0 + 0 + 0 + 0.5) / 6,
    });
  });

  test('copies: matched, covering all, never next to their own set', async () => {
    const clouds = many(1, 6, 10);
    const found = await pointCloudScores(clouds, clouds, { distance: chamferDistance });
    expect(found).toEqual({ minimumMatchingDistance: 0, coverage: 1, nearestNeighbourAccuracy: 0, divergence: 0 });
  });

  test('one cloud again and again: it covers one reference; of equals the part in the own set counts', async () => {
    const one = line(0.25, 0.25, 0.25, 0.25);
    expect(await pointCloudScores(one, line(0, 1, 2, 3), { distance })).toMatchObject({
      coverage: 1 / 4,
      nearestNeighbourAccuracy: (4 + 0 + 0 + 1 + 1) / 8, // 0 and 1 lie next to the cloud
    });
    // Both sets the same cloud four times: each has three of its own and four others at 0.
    expect(await pointCloudScores(one, one, { distance })).toMatchObject({
      minimumMatchingDistance: 0,
      nearestNeighbourAccuracy: expect.closeTo(3 / 7, 12),
    });
  });

  test('sets far apart: told apart, one reference covered, no place shared', async () => {
    const away = many(1, 6, 10).map((cloud) => cloud.map((x, i) => (i % 3 === 0 ? x + 50 : x)));
    const found = await pointCloudScores(away, many(20, 6, 10, 0.1), { distance: chamferDistance });
    expect(found.nearestNeighbourAccuracy).toBe(1);
    expect(found.minimumMatchingDistance).toBeGreaterThan(2 * 49 ** 2);
    expect(found.divergence).toBeCloseTo(1, 12);
  });

  test('one distribution twice: about a half, within four deviations of as many coins', async () => {
    const count = 60;
    // Of clouds that differ much: scaled from 0.5 to 1.5.
    const set = (seed: number) =>
      many(seed, count, 20).map((cloud, i) => cloud.map((x) => x * (0.5 + hashedCloud(seed + 500 + i, 1)[0]! + 0.5)));
    const { nearestNeighbourAccuracy } = await pointCloudScores(set(1000), set(3000), { distance: chamferDistance });
    expect(Math.abs(nearestNeighbourAccuracy - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / (2 * count)));
  });
});

describe('goldens: whole matrices in NumPy', () => {
  const set = (seed: number, squeeze: (i: number) => number): Float32Array[] =>
    many(seed, 8, 24).map((cloud, i) => cloud.map((x, k) => x * [0.9, squeeze(i), 0.8][k % 3]!));
  const generated = set(500, (i) => 0.6 + 0.05 * i);
  const reference = set(600, (i) => 0.5 + 0.06 * i);
  const { scores } = golden;

  test.each([
    ['chamferDistance', chamferDistance, scores.chamfer],
    ['earthMoversDistance', earthMoversDistance, scores.earthMovers],
  ] as const)('all four scores by %s', async (_name, distance, expected) => {
    const found = await pointCloudScores(generated, reference, { distance });
    expect(found.minimumMatchingDistance).toBeCloseTo(expected.minimumMatchingDistance, 12);
    expect(found.coverage).toBe(expected.coverage);
    expect(found.nearestNeighbourAccuracy).toBe(expected.nearestNeighbourAccuracy);
    expect(found.divergence).toBeCloseTo(scores.divergence, 12);
  });

  test('of tensors, with a coarse grid', async () => {
    using sets = owned({
      generated: tensor(
        generated.flatMap((cloud) => [...cloud]),
        [8, 24, 3],
      ),
      reference: tensor(
        reference.flatMap((cloud) => [...cloud]),
        [8, 24, 3],
      ),
    });
    const options = { distance: chamferDistance, grid: { resolution: 5, radius: 0.4 } };
    const found = await pointCloudScores(sets.generated, sets.reference, options);
    expectClose(found.divergence, scores.coarseDivergence, { absolute: 1e-12 });
    expectClose(found.minimumMatchingDistance, scores.chamfer.minimumMatchingDistance, { absolute: 1e-12 });
  });
});

test('laws: each pair is measured once, progress ends at 1, a signal stops', async () => {
  const pairs = new Set<string>();
  const shares: number[] = [];
  const stop = new AbortController();
  const counted = (a: PointCloud, b: PointCloud): number => {
    pairs.add(`${a[0]} ${b[0]}`);
    return Math.abs(a[0]! - b[0]!);
  };
  const progress = (share: number): void => void shares.push(share);
  await pointCloudScores(line(1, 2, 3), line(4, 5, 6), { distance: counted, progress, signal: stop.signal });
  expect(pairs.size).toBe(15);
  expect(shares.at(-1)).toBe(1);
  const stopping = (a: PointCloud, b: PointCloud): number => {
    stop.abort('enough');
    const until = performance.now() + 20;
    while (performance.now() < until) counted(a, b);
    return 1;
  };
  const options = { distance: stopping, signal: stop.signal };
  await expect(pointCloudScores(line(1, 2), line(3, 4), options)).rejects.toBe('enough');
});

test('errors: unequal counts, none, other shapes, what is no number, a distance below 0, a grid of one node', async () => {
  const by = { distance };
  await expect(pointCloudScores(line(1), line(1, 2), by)).rejects.toThrow(GenaiError);
  await expect(pointCloudScores(line(1), line(1, 2), by)).rejects.toThrow(
    'pointCloudScores: got 1 generated clouds and 2 references, expected as many. Take as many of each.',
  );
  await expect(pointCloudScores([], line(1), by)).rejects.toThrow(
    'pointCloudScores, the generated: got no clouds, expected at least one.',
  );
  using flat = owned({ x: tensor([1, 2, 3], [1, 3]) });
  await expect(pointCloudScores(line(1), flat.x, by)).rejects.toThrow(
    'pointCloudScores, the reference: got shape [1, 3], expected [clouds, points, 3]. Use expandDims(x, 0) for one cloud.',
  );
  await expect(pointCloudScores(line(Number.NaN), line(1), by)).rejects.toThrow(
    'pointCloudScores, the generated: cloud 0 holds NaN at point 0, expected finite numbers.',
  );
  await expect(pointCloudScores(line(1), line(2), { distance: () => -1 })).rejects.toThrow(
    'pointCloudScores: the distance gave -1, expected a number of at least 0.',
  );
  await expect(pointCloudScores(line(1), line(2), { ...by, grid: { resolution: 1 } })).rejects.toThrow(
    'pointCloudScores: resolution must be an integer of at least 2, got 1.',
  );
});
