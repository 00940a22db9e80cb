import { GenaiError } from '@genai/core';
import { countPoints } from './mesh.js';

/** Where a cloud was, and how large: p = centre + scale · q of each normalised point q. */
export interface CloudFrame {
  readonly centre: readonly [number, number, number];
  readonly scale: number;
}

/**
 * A cloud of points moved to its mean and scaled, alike along all axes, to a standard deviation of 1 over its coordinates; and the frame by
 * which {@link restoreCloud} undoes that.
 *
 * One far point changes a deviation less than the radius of a ball around all. Of many clouds joined to one, the frame is that of the set,
 * and sizes of clouds still differ.
 *
 * @example
 * const { points, frame } = normalizeCloud(scan); // points × 3
 * restoreCloud(points, frame); // the scan again
 * @throws GenaiError if the numbers are no triples, or the points are not at least two places that are finite.
 * @source Yang et al. 2019, "PointFlow", section 6 (mean 0 and deviation 1 over all axes).
 */
export function normalizeCloud(points: Float32Array): { readonly points: Float32Array; readonly frame: CloudFrame } {
  const count = countPoints('normalizeCloud', points);
  const centre: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < points.length; i++) centre[i % 3]! += points[i]! / count;
  let squares = 0;
  for (let i = 0; i < points.length; i++) squares += (points[i]! - centre[i % 3]!) ** 2;
  const scale = Math.sqrt(squares / points.length);
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(
      `normalizeCloud: ${count} points deviate by ${scale} from their mean, expected at least two different, finite points.`,
    );
  }
  return { points: points.map((x, i) => (x - centre[i % 3]!) / scale), frame: { centre, scale } };
}

/**
 * Points of a normalised cloud back where they came from: what {@link normalizeCloud} did, undone.
 *
 * @example
 * const samples = restoreCloud(await x.data<'float32'>(), frame); // points × 3
 * @throws GenaiError if the numbers are no triples.
 */
export function restoreCloud(points: Float32Array, { centre, scale }: CloudFrame): Float32Array {
  countPoints('restoreCloud', points);
  return points.map((x, i) => centre[i % 3]! + scale * x);
}
