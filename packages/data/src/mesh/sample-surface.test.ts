import { GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import type { Mesh } from './mesh.js';
import { normalizeCloud, restoreCloud } from './normalize-cloud.js';
import { sampleSurface } from './sample-surface.js';
import { triangleAreas } from './triangle-areas.js';

/** Triangle i, whose sides along x and y are i + 1 and 2, at height i: of area i + 1. */
const STEPS: Mesh = {
  positions: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [0, 0, i, i + 1, 0, i, 0, 2, i])),
  faces: Uint32Array.from({ length: 24 }, (_, i) => i),
};

describe('known answers', () => {
  test('areas of triangles', () => {
    expect([...triangleAreas(STEPS)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const slanted = { positions: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), faces: Uint32Array.of(2, 1, 0) };
    expect(triangleAreas(slanted)[0]).toBeCloseTo(Math.sqrt(3) / 2, 12);
  });

  test('faces are drawn by their areas: chi-square of 7 degrees is below its 99.9 % quantile, 24.3', () => {
    const count = 36_000;
    const points = sampleSurface(key(0), STEPS, count);
    const counts = new Array<number>(8).fill(0);
    for (let i = 2; i < points.length; i += 3) counts[points[i]!]!++;
    const expected = counts.map((_, i) => (count * (i + 1)) / 36);
    const chiSquare = counts.reduce((sum, n, i) => sum + (n - expected[i]!) ** 2 / expected[i]!, 0);
    expect(chiSquare).toBeLessThan(24.3);
  });

  test('within a triangle points are uniform: barycentric means 1/3, squares 1/6, products 1/12', () => {
    const count = 40_000;
    const points = sampleSurface(
      key(1),
      { positions: STEPS.positions.slice(0, 9), faces: STEPS.faces.slice(0, 3) },
      count,
    );
    const means = new Array<number>(9).fill(0);
    for (let i = 0; i < points.length; i += 3) {
      const [b, c] = [points[i]!, points[i + 1]! / 2];
      const a = 1 - b - c;
      expect(Math.min(a, b, c)).toBeGreaterThan(-1e-6);
      for (const [m, value] of [a, b, c, a * a, b * b, c * c, a * b, b * c, c * a].entries())
        means[m]! += value / count;
    }
    const exact = [1 / 3, 1 / 3, 1 / 3, 1 / 6, 1 / 6, 1 / 6, 1 / 12, 1 / 12, 1 / 12];
    for (const [m, mean] of means.entries()) expect(Math.abs(mean - exact[m]!)).toBeLessThan(0.005); // 4 errors of at most 0.0012
  });

  test('a face without area gets no point, and one key gives one sample', () => {
    const faces = Uint32Array.of(0, 0, 0, 0, 1, 2, 1, 1, 2);
    const points = sampleSurface(key(2), { positions: STEPS.positions, faces }, 100);
    expect(points.every((z, i) => i % 3 < 2 || z === 0)).toBe(true);
    expect(points.filter((x, i) => i % 3 === 0 && x > 0)).toHaveLength(100);
    expect(sampleSurface(key(2), STEPS, 10)).toEqual(sampleSurface(key(2), STEPS, 10));
    expect(sampleSurface(key(2), STEPS, 10)).not.toEqual(sampleSurface(key(3), STEPS, 10));
    expect(sampleSurface(key(2), STEPS, 0)).toHaveLength(0);
  });
});

describe('known answers: normalised clouds', () => {
  test('two points on an axis', () => {
    const { points, frame } = normalizeCloud(Float32Array.of(1, 5, 7, 5, 5, 7));
    const scale = 2 / Math.sqrt(3); // two of six coordinates deviate by 2
    expect(frame.centre).toEqual([3, 5, 7]);
    expect(frame.scale).toBeCloseTo(scale, 12);
    expect([...points]).toEqual([-Math.sqrt(3), 0, 0, Math.sqrt(3), 0, 0].map(Math.fround));
  });

  test('mean 0 and deviation 1, far from the origin; and back', () => {
    const cloud = sampleSurface(key(4), STEPS, 500).map((x) => 0.01 * x + 100);
    const { points, frame } = normalizeCloud(cloud);
    for (const axis of [0, 1, 2]) {
      const mean = points.filter((_, i) => i % 3 === axis).reduce((sum, x) => sum + x, 0) / 500;
      expect(Math.abs(mean)).toBeLessThan(1e-6);
    }
    expect(Math.sqrt(points.reduce((sum, x) => sum + x * x, 0) / 1_500)).toBeCloseTo(1, 6);
    const back = restoreCloud(points, frame);
    expect(Math.max(...back.map((x, i) => Math.abs(x - cloud[i]!)))).toBeLessThan(2e-5); // of 100 in float32
  });
});

test.each<[() => unknown, RegExp]>([
  [() => sampleSurface(key(0), STEPS, -1), /sampleSurface: count must be an integer of at least 0, got -1/],
  [() => sampleSurface(key(0), { ...STEPS, faces: new Uint32Array() }, 1), /the mesh has area 0, expected a positive/],
  [() => sampleSurface(key(0), { ...STEPS, faces: Uint32Array.of(0, 1, 24) }, 1), /face 0 has vertex 24, expected/],
  [() => sampleSurface(key(0), { ...STEPS, positions: new Float32Array(72).fill(Number.NaN) }, 1), /area NaN/],
  [() => triangleAreas({ ...STEPS, positions: new Float32Array(4) }), /triangleAreas: got 4 numbers/],
  [() => normalizeCloud(Float32Array.of(1, 2, 3)), /1 points deviate by 0 from their mean, expected at least two/],
  [() => normalizeCloud(Float32Array.of(1, 2, Number.NaN, 0, 0, 0)), /deviate by NaN/],
  [() => normalizeCloud(new Float32Array()), /0 points deviate by NaN/],
  [() => restoreCloud(new Float32Array(2), { centre: [0, 0, 0], scale: 1 }), /restoreCloud: got 2 numbers/],
])('errors: %#', (act, message) => {
  expect(act).toThrow(message);
  expect(act).toThrow(GenaiError);
});
