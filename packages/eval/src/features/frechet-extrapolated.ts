import { expectIntegers, fold, GenaiError, randomPermutation } from '@genai/core';
import { distanceOf } from '../frechet-distance.js';
import type { SampleMetric } from '../sample-metric.js';
import { expectOneWidth, momentsAsStatistics, momentsFrom } from './frechet.js';
import { MomentsSum } from './moments.js';
import { reservoir } from './reservoir.js';
import { rootOf } from './root-trace.js';
import { keptRows, pickRows } from './statistics-arrays.js';

export interface FrechetExtrapolatedOptions {
  /** Distances measured, of evenly spaced numbers of samples. Default 15. */
  readonly points?: number;
  /** The least number of samples as a share of those kept. Default 0.1. It should leave several times as many as the features are wide. */
  readonly from?: number;
  /** Samples kept at most. Default 10,000. */
  readonly keep?: number;
}

/**
 * The Fréchet distance that infinitely many samples would have: few samples raise it by about c / count, so distances of several
 * counts give a line whose intercept has no such bias.
 *
 * The reference stays as it is: gather all of it. Each distance is of samples drawn without replacement by the key.
 *
 * @example
 * const metrics = { frechet: frechetExtrapolated({ keep: 50_000 }) };
 * @throws GenaiError unless the least number of samples is at least 2 and below the largest.
 * @source Chong and Forsyth 2020, "Effectively unbiased FID and Inception Score and where to find them", section 4.
 */
export function frechetExtrapolated({
  points = 15,
  from = 0.1,
  keep = 10_000,
}: FrechetExtrapolatedOptions = {}): SampleMetric<'frechetExtrapolated'> {
  const where = 'frechetExtrapolated';
  expectIntegers(where, { points }, 2);
  if (!(from > 0 && from < 1)) throw new GenaiError(`${where}: from must lie between 0 and 1, got ${from}.`);
  const keeping = reservoir(where, keep);
  return {
    name: 'frechet-extrapolated',
    settings: { points, from, keep },
    gather: (key) => {
      const kept = keeping(key);
      const sum = new MomentsSum(where);
      return {
        add: async (batch) => {
          await sum.add(batch);
          await kept.add(batch);
        },
        result: () => ({ ...momentsAsStatistics(sum.result(), sum.count), ...kept.result() }),
      };
    },
    compare: async (samples, reference, key) => {
      const least = 2 / from;
      const rows = keptRows(`${where}, the samples`, samples, least);
      const second = momentsFrom(`${where}, the reference`, reference);
      expectOneWidth(where, momentsFrom(where, samples), second);
      const root = await rootOf(second.covariance, rows.width);
      const line: [inverse: number, distance: number][] = [];
      for (let i = 0; i < points; i++) {
        const count = Math.round(rows.count * (from + ((1 - from) * i) / (points - 1)));
        const chosen = randomPermutation(fold(key, i), rows.count).subarray(0, count);
        const sum = new MomentsSum(where);
        await sum.addRows(pickRows(rows, chosen));
        line.push([1 / count, await distanceOf(sum.result(), second, root)]);
      }
      return { frechetExtrapolated: { value: interceptOf(line), better: 'lower' } };
    },
  };
}

/** Of the line of least squares. */
function interceptOf(points: readonly (readonly [x: number, y: number])[]): number {
  const [x, y] = [0, 1].map((i) => points.reduce((sum, point) => sum + point[i]!, 0) / points.length) as [
    number,
    number,
  ];
  let [xy, xx] = [0, 0];
  for (const [px, py] of points) {
    xy += (px - x) * (py - y);
    xx += (px - x) ** 2;
  }
  return y - (xy / xx) * x;
}
