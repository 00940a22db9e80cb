import { GenaiError } from '@genai/core';
import { type CloudDistanceOptions, type PointCloud, pointsOf } from './clouds.js';

/**
 * The Chamfer distance of two clouds: the mean over the points of each of the *squared* distance to the nearest of the other,
 * both means added, in squared units of the coordinates.
 *
 * a, b: x, y, z of point after point; they need not have as many. In double precision; time goes with the product of the counts.
 * Published figures differ by what is squared, summed or halved: this is PointFlow's. To train by it, take {@link chamferLoss}.
 * With `beyond`, a distance above that may come out smaller, yet above it: to find the nearest of many clouds sooner.
 *
 * @example
 * const distance = chamferDistance(new Float32Array([0, 0, 0, 1, 0, 0]), new Float32Array([0, 0, 2])); // (4 + 5) / 2 + 4
 * @throws GenaiError unless each has at least one point, of three finite numbers.
 * @source Fan et al. 2017, "A point set generation network for 3D object reconstruction from a single image", section 3.2; the
 * means: Yang et al. 2019, "PointFlow: 3D point cloud generation with continuous normalizing flows", section 5.1.
 */
export function chamferDistance(
  a: PointCloud,
  b: PointCloud,
  { beyond = Number.POSITIVE_INFINITY }: Pick<CloudDistanceOptions, 'beyond'> = {},
): number {
  const points = pointsOf('chamferDistance, a', a);
  const others = pointsOf('chamferDistance, b', b);
  const nearest = new Float64Array(others).fill(Number.POSITIVE_INFINITY); // of each point of b, squared
  let total = 0;
  for (let i = 0; i < a.length; i += 3) {
    const x = a[i]!;
    const y = a[i + 1]!;
    const z = a[i + 2]!;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0, k = 0; k < others; j += 3, k++) {
      const dx = x - b[j]!;
      const dy = y - b[j + 1]!;
      const dz = z - b[j + 2]!;
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared < least) least = squared;
      if (squared < nearest[k]!) nearest[k] = squared;
    }
    total += least;
    if (total / points > beyond) return total / points;
  }
  let back = 0;
  for (const squared of nearest) back += squared;
  const distance = total / points + back / others;
  if (Number.isFinite(distance)) return distance;
  throw new GenaiError(`chamferDistance: the distance is ${distance}. Pass clouds of finite numbers.`);
}
