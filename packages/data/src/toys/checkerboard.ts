import { randomIntegers, randomUniform, split } from '@genai/core';
import { plane } from './plane.js';
import type { Toy } from './toy.js';

/**
 * Uniform on the eight dark squares of a 4×4 board over [−2, 2)². Its entropy is log 8 nats, exactly.
 *
 * @example
 * checkerboard().entropy; // 2.0794
 */
export function checkerboard(): Toy {
  return plane('checkerboard', {
    sample: (key, count) => {
      const [square, inside] = split(key);
      const chosen = randomIntegers(square, count, { min: 0, max: 8 });
      const points = randomUniform(inside, 2 * count);
      for (let i = 0; i < count; i++) {
        const row = chosen[i]! >> 1;
        const column = 2 * (chosen[i]! & 1) + (row & 1);
        // The last float32 below 1 must not be rounded into the next square.
        points[2 * i] = column - 2 + Math.min(points[2 * i]!, BELOW_ONE);
        points[2 * i + 1] = row - 2 + Math.min(points[2 * i + 1]!, BELOW_ONE);
      }
      return points;
    },
    logProb: (x, y) => {
      const inside = x >= -2 && x < 2 && y >= -2 && y < 2;
      return inside && (Math.floor(x) + Math.floor(y)) % 2 === 0 ? -Math.log(8) : Number.NEGATIVE_INFINITY;
    },
    entropy: () => Math.log(8),
  });
}

/** 1 − 2⁻²²: added to −2…1 it stays below the next integer in float32. */
const BELOW_ONE = 0.9999997615814209;
