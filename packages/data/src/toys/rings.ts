import { GenaiError, randomIntegers, randomNormal, randomUniform, split } from '@genai/core';
import { expectPositive, integrate, logNormal, logSumExp, plane, surprise } from './plane.js';
import type { Toy } from './toy.js';

/**
 * Circles around the origin, equally likely, whose radius varies by `noise`.
 *
 * With radii Rₖ: r = |Rₖ + noise · n|, the angle uniform, so p(x) = p(r) / 2πr. The entropy −∫ p(r) log(p(r) / 2πr) dr is
 * integrated to within 1e-6 nats.
 *
 * @throws GenaiError unless the radii are at least 8 times the noise, so that no ring reaches the origin.
 */
export function rings({
  radii = [1, 2, 3],
  noise = 0.1,
}: {
  readonly radii?: readonly number[];
  readonly noise?: number;
} = {}): Toy {
  expectPositive('rings', { noise, ...Object.fromEntries(radii.map((radius, i) => [`radii[${i}]`, radius])) });
  if (radii.length === 0 || radii.some((radius) => radius < 8 * noise)) {
    throw new GenaiError(
      `rings: radii must be at least 8 times the noise (${8 * noise}), got [${radii.join(', ')}]. Pass less noise.`,
    );
  }
  const logRadius = (r: number): number =>
    logSumExp(radii.flatMap((radius) => [logNormal(r - radius, noise), logNormal(r + radius, noise)])) -
    Math.log(radii.length);
  const logProb = (r: number): number => logRadius(r) - Math.log(2 * Math.PI * r);
  return plane('rings', {
    sample: (key, count) => {
      const [which, along, around] = split(key, 3);
      const chosen = randomIntegers(which, count, { min: 0, max: radii.length });
      const radial = randomNormal(along, count);
      const angles = randomUniform(around, count, { min: 0, max: 2 * Math.PI });
      const points = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        const r = Math.abs(radii[chosen[i]!]! + noise * radial[i]!);
        points[2 * i] = r * Math.cos(angles[i]!);
        points[2 * i + 1] = r * Math.sin(angles[i]!);
      }
      return points;
    },
    // At the very origin the density has a pole of weight e⁻³²; a point there is given that of its neighbourhood.
    logProb: (x, y) => logProb(Math.max(1e-9, Math.hypot(x, y))),
    entropy: () => {
      const end = Math.max(...radii) + 10 * noise;
      const steps = Math.ceil((end / noise) * 16);
      return integrate((r) => (r === 0 ? 0 : 2 * Math.PI * r * surprise(logProb(r))), 0, end, steps);
    },
  });
}
