import { expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import { earthMoversDistance } from './earth-movers-distance.js';
import { projectedBound } from './projected-bound.js';

test('known answers: of a cloud moved it is the way, whatever the order of the points', () => {
  const cloud = Float64Array.from(hashedCloud(1, 40));
  const moved = cloud.map((_, i) => cloud[(i + 33) % 120]! + [2, -3, 6][i % 3]!);
  expect(projectedBound(cloud, moved)).toBeCloseTo(7, 12);
});

test('laws: not above the distance, symmetric', async () => {
  for (let seed = 0; seed < 30; seed++) {
    const [a, b] = [hashedCloud(seed, 1 + seed), hashedCloud(seed + 50, 1 + seed).map((x) => (1 + seed / 10) * x)];
    const bound = projectedBound(a, b);
    expect(bound).toBeLessThanOrEqual((await earthMoversDistance(a, b)) * (1 + 1e-12));
    expect(bound).toBeGreaterThan(0);
    expect(projectedBound(b, a)).toBe(bound);
  }
});
