import type { PointCloud } from './clouds.js';

/**
 * What the earth mover's distance of two clouds of as many points is not below, but for rounding: ‖(w₁, w₂, w₃)‖, with wₖ the
 * distance of their k'th coordinates alone, which is that of the coordinates in order. In O(points log points).
 *
 * For any partners mean ‖dᵢ‖ ≥ ‖(mean |dᵢ₁|, mean |dᵢ₂|, mean |dᵢ₃|)‖, as a norm is convex, and mean |dᵢₖ| ≥ wₖ.
 */
export function projectedBound(a: PointCloud, b: PointCloud): number {
  return Math.hypot(...[0, 1, 2].map((axis) => meanGap(sorted(a, axis), sorted(b, axis))));
}

function sorted(cloud: PointCloud, axis: number): Float64Array {
  const values = new Float64Array(cloud.length / 3);
  for (let i = 0; i < values.length; i++) values[i] = cloud[3 * i + axis]!;
  return values.sort();
}

function meanGap(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += Math.abs(a[i]! - b[i]!);
  return total / a.length;
}
