import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import { chamferDistance } from './chamfer-distance.js';
import { earthMoversDistance } from './earth-movers-distance.js';
import { nearestClouds } from './nearest-clouds.js';

const line = (...xs: number[]): Float64Array[] => xs.map((x) => new Float64Array([x, 0, 0]));

test('known answers: on a line, the nearest first, equals by their index', async () => {
  const found = await nearestClouds(line(0, 5), line(3, -1, 1, 9, 1), { distance: earthMoversDistance, count: 3 });
  expect(found.map(({ indices }) => [...indices])).toEqual([
    [1, 2, 4],
    [0, 2, 3],
  ]);
  expect(found.map(({ distances }) => [...distances])).toEqual([
    [1, 1, 1],
    [2, 4, 4],
  ]);
});

test('parity: with all distances sorted, and a copy found', async () => {
  const references = Array.from({ length: 25 }, (_, i) => hashedCloud(i, 16));
  const queries = [hashedCloud(100, 16), references[7]!, hashedCloud(101, 20)];
  const shares: number[] = [];
  const found = await nearestClouds(queries, references, {
    distance: chamferDistance,
    count: 4,
    progress: (share) => shares.push(share),
  });
  for (const [i, query] of queries.entries()) {
    const order = references.map((cloud, index) => ({ index, apart: chamferDistance(query, cloud) }));
    order.sort((a, b) => a.apart - b.apart || a.index - b.index);
    expect([...found[i]!.indices]).toEqual(order.slice(0, 4).map(({ index }) => index));
    expect([...found[i]!.distances]).toEqual(order.slice(0, 4).map(({ apart }) => apart));
  }
  expect(found[1]!.indices[0]).toBe(7);
  expect(found[1]!.distances[0]).toBe(0);
  expect(shares.at(-1)).toBe(1);
});

test('errors: too few references, a count of none, a distance that is no number, a signal', async () => {
  const distance = chamferDistance;
  await expect(nearestClouds(line(1), line(1, 2), { distance, count: 3 })).rejects.toThrow(
    'nearestClouds: got 2 references, expected at least count, 3.',
  );
  await expect(nearestClouds(line(1), line(1), { distance, count: 0 })).rejects.toThrow(GenaiError);
  await expect(nearestClouds(line(1), line(1), { distance: () => Number.NaN })).rejects.toThrow(
    'nearestClouds: the distance gave NaN, expected a number of at least 0.',
  );
  const signal = AbortSignal.abort('no');
  await expect(nearestClouds(line(1), line(1), { distance, signal })).rejects.toBe('no');
});
