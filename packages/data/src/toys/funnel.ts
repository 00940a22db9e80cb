import { randomNormal, split } from '@genai/core';
import { expectPositive, logNormal, plane } from './plane.js';
import type { Toy } from './toy.js';

/**
 * Neal's funnel in the plane: y ~ N(0, spread²), x ~ N(0, e^y), narrow below and wide above. Density and entropy are in closed
 * form: log 2πe + log spread nats.
 *
 * @example
 * const points = funnel().sample(key(0), 1_000); // (1000 × 2)
 * @throws GenaiError unless the spread is positive.
 * @source Neal 2003, "Slice sampling", section 8 (there nine such x, and a spread of 3).
 */
export function funnel({ spread = 1 }: { readonly spread?: number } = {}): Toy {
  expectPositive('funnel', { spread });
  return plane('funnel', {
    sample: (key, count) => {
      const [above, across] = split(key);
      const ys = randomNormal(above, count);
      const xs = randomNormal(across, count);
      const points = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        const y = spread * ys[i]!;
        points[2 * i] = Math.exp(y / 2) * xs[i]!;
        points[2 * i + 1] = y;
      }
      return points;
    },
    logProb: (x, y) => logNormal(y, spread) + logNormal(x, Math.exp(y / 2)),
    entropy: () => Math.log(2 * Math.PI * Math.E) + Math.log(spread), // E[y] / 2 = 0
  });
}
