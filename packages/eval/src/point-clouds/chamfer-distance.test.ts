import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import golden from '../../golden/point-clouds.json' with { type: 'json' };
import { chamferDistance } from './chamfer-distance.js';

test('known answers: by hand', () => {
  const pair = new Float32Array([0, 0, 0, 1, 0, 0]);
  expect(chamferDistance(pair, pair)).toBe(0);
  expect(chamferDistance(pair, new Float32Array([0, 0, 2]))).toBe((4 + 5) / 2 + 4);
  expect(chamferDistance(pair, new Float32Array([3, 0, 0, 0, 1, 0]))).toBe((1 + 2) / 2 + (4 + 1) / 2);
  // Copies of a point change a mean, but move nothing that coincides.
  expect(chamferDistance(pair, new Float32Array([0, 0, 0, 0, 0, 0, 1, 0, 0]))).toBe(0);
});

test('goldens: random clouds of unequal counts, beside NumPy, both ways round', () => {
  for (const [seed, points, otherSeed, others, expected] of golden.chamfer as [
    number,
    number,
    number,
    number,
    number,
  ][]) {
    const [a, b] = [hashedCloud(seed, points), hashedCloud(otherSeed, others)];
    expect(chamferDistance(a, b)).toBeCloseTo(expected, 12);
    expect(chamferDistance(b, a)).toBeCloseTo(expected, 12);
  }
});

test('laws: with a bound it is exact up to the bound, and above it what is above', () => {
  for (let seed = 0; seed < 20; seed++) {
    const [a, b] = [hashedCloud(seed, 12), hashedCloud(seed + 100, 15)];
    const exact = chamferDistance(a, b);
    expect(chamferDistance(a, b, { beyond: exact })).toBe(exact);
    for (const share of [0.1, 0.4, 0.9]) {
      const found = chamferDistance(a, b, { beyond: share * exact });
      expect(found).toBeGreaterThan(share * exact);
      expect(found).toBeLessThanOrEqual(exact);
    }
    expect(chamferDistance(a, b, { beyond: 0 })).toBeLessThan(exact / 2);
  }
});

test('errors: no points, coordinates that are no points, what is no number', () => {
  const point = new Float32Array(3);
  expect(() => chamferDistance(new Float32Array(0), point)).toThrow(GenaiError);
  expect(() => chamferDistance(point, new Float32Array(4))).toThrow(
    'chamferDistance, b: got 4 numbers, expected x, y, z of each point, at least one.',
  );
  expect(() => chamferDistance(point, new Float32Array([0, 0, 0, 0, Number.NaN, 0]))).toThrow(
    'chamferDistance: the distance is Infinity. Pass clouds of finite numbers.',
  );
});
