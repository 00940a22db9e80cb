import { GenaiError, randomNormal } from '@genai/core';
import { expectPositive, plane } from './plane.js';
import type { Toy } from './toy.js';

/**
 * A Gaussian of the plane with the given standard deviations and correlation. Its entropy is log(2πe σ₁ σ₂ √(1−ρ²)).
 *
 * @example
 * gaussianCloud().entropy; // log(2πe) = 2.8379 nats
 * @throws GenaiError unless the scales are positive and the correlation is between −1 and 1.
 */
export function gaussianCloud({
  mean = [0, 0],
  scale = [1, 1],
  correlation = 0,
}: {
  readonly mean?: readonly [number, number];
  readonly scale?: readonly [number, number];
  readonly correlation?: number;
} = {}): Toy {
  expectPositive('gaussianCloud', { 'scale[0]': scale[0], 'scale[1]': scale[1] });
  if (!(Math.abs(correlation) < 1)) {
    throw new GenaiError(`gaussianCloud: correlation must be between -1 and 1, got ${correlation}.`);
  }
  const rest = Math.sqrt(1 - correlation ** 2);
  const entropy = Math.log(2 * Math.PI * Math.E * scale[0] * scale[1] * rest);
  return plane('gaussianCloud', {
    sample: (key, count) => {
      const points = randomNormal(key, 2 * count);
      for (let i = 0; i < points.length; i += 2) {
        const a = points[i]!;
        const b = points[i + 1]!;
        points[i] = mean[0] + scale[0] * a;
        points[i + 1] = mean[1] + scale[1] * (correlation * a + rest * b);
      }
      return points;
    },
    logProb: (x, y) => {
      const a = (x - mean[0]) / scale[0];
      const b = ((y - mean[1]) / scale[1] - correlation * a) / rest;
      return 1 - entropy - 0.5 * (a * a + b * b); // log p = −½ r² − log(2π σ₁ σ₂ √(1−ρ²))
    },
    entropy: () => entropy,
  });
}
