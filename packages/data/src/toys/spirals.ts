import { randomIntegers, randomNormal, split } from '@genai/core';
import { expectPositive, integrate, logNormal, logSumExp, plane, surprise } from './plane.js';
import { swirl, swirled } from './swirl.js';
import type { Toy } from './toy.js';

/**
 * Two arms wound about the origin: a bar of the given length and thickness, turned by `rate` radians for every unit of
 * distance.
 *
 * Along the bar the density is a row of Gaussians, nearly flat; across it one Gaussian of scale `noise`. The winding
 * keeps areas, so the entropy is that of the bar: log(noise √(2πe)) plus a one-dimensional integral good to 1e-6 nats.
 */
export function spirals({
  reach = 3,
  noise = 0.25,
  rate = 2,
}: {
  readonly reach?: number;
  readonly noise?: number;
  readonly rate?: number;
} = {}): Toy {
  expectPositive('spirals', { reach, noise });
  const wide = reach / 12;
  const stops = Array.from({ length: 25 }, (_, i) => ((i - 12) / 12) * reach);
  const along = (x: number): number =>
    logSumExp(stops.map((stop) => logNormal(x - stop, wide))) - Math.log(stops.length);
  return plane('spirals', {
    sample: (key, count) => {
      const [which, inside] = split(key);
      const chosen = randomIntegers(which, count, { min: 0, max: stops.length });
      const points = randomNormal(inside, 2 * count);
      for (let i = 0; i < count; i++) {
        points[2 * i] = stops[chosen[i]!]! + wide * points[2 * i]!;
        points[2 * i + 1] = noise * points[2 * i + 1]!;
      }
      return swirl(points, rate);
    },
    logProb: (x, y) => {
      const [a, b] = swirled(x, y, -rate);
      return along(a) + logNormal(b, noise);
    },
    entropy: () => {
      const end = reach + 10 * wide;
      const bar = integrate((x) => surprise(along(x)), -end, end, Math.ceil((2 * end * 8) / wide));
      return bar + 0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(noise);
    },
  });
}
