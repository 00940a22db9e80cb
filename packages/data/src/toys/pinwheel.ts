import { randomIntegers, randomNormal, split } from '@genai/core';
import { expectInteger } from '../expect.js';
import { expectPositive, integrate, logNormal, logSumExp, plane, surprise } from './plane.js';
import { swirl, swirled } from './swirl.js';
import type { Toy } from './toy.js';

/**
 * Gaussian blades about the origin, bent: each is `length` long and `width` wide around distance `radius`, turned to its
 * place and then by `rate` radians for every unit of distance.
 *
 * The bending keeps areas, so the entropy is that of the straight blades, integrated to within 1e-6 nats.
 */
export function pinwheel({
  blades = 5,
  radius = 1.5,
  length = 0.4,
  width = 0.1,
  rate = 1,
}: {
  readonly blades?: number;
  readonly radius?: number;
  readonly length?: number;
  readonly width?: number;
  readonly rate?: number;
} = {}): Toy {
  expectInteger('pinwheel', 'blades', blades, 1);
  expectPositive('pinwheel', { radius, length, width });
  const turns = Array.from({ length: blades }, (_, k) => {
    const angle = (2 * Math.PI * k) / blades;
    return [Math.cos(angle), Math.sin(angle)] as const;
  });
  const straight = (x: number, y: number): number =>
    logSumExp(turns.map(([c, s]) => logNormal(c * x + s * y - radius, length) + logNormal(c * y - s * x, width))) -
    Math.log(blades);
  return plane('pinwheel', {
    sample: (key, count) => {
      const [which, inside] = split(key);
      const chosen = randomIntegers(which, count, { min: 0, max: blades });
      const points = randomNormal(inside, 2 * count);
      for (let i = 0; i < count; i++) {
        const [c, s] = turns[chosen[i]!]!;
        const a = radius + length * points[2 * i]!;
        const b = width * points[2 * i + 1]!;
        points[2 * i] = c * a - s * b;
        points[2 * i + 1] = s * a + c * b;
      }
      return swirl(points, rate);
    },
    logProb: (x, y) => straight(...swirled(x, y, -rate)),
    entropy: () => {
      const end = radius + 9 * Math.max(length, width);
      const steps = Math.ceil((2 * end * 3) / Math.min(length, width));
      const row = (y: number): number => integrate((x) => surprise(straight(x, y)), -end, end, steps);
      return integrate(row, -end, end, steps);
    },
  });
}
