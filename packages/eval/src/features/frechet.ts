import { GenaiError } from '@genai/core';
import { distanceOf } from '../frechet-distance.js';
import type { SampleMetric } from '../sample-metric.js';
import type { Statistics } from '../statistics.js';
import { type Moments, MomentsSum } from './moments.js';
import { rootOf } from './root-trace.js';
import { arrayOf, countArray } from './statistics-arrays.js';

/**
 * The Fréchet distance of samples as {@link frechetDistance} defines it, their moments gathered batch after batch in double
 * precision: a few matrices (width, width) of memory, whatever the number of samples.
 *
 * @example
 * const { figures } = await compareSamples({ samples, reference, metrics: { frechet: frechet() }, key: key(0) });
 * figures.frechet.frechet.value;
 * @source Heusel et al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", eq. 6.
 */
export function frechet(): SampleMetric<'frechet'> {
  const where = 'frechet';
  return {
    name: 'frechet',
    settings: {},
    gather: () => {
      const sum = new MomentsSum(where);
      return {
        add: (batch) => sum.add(batch),
        result: () => momentsAsStatistics(sum.result(), sum.count),
      };
    },
    compare: async (samples, reference) => {
      const [a, b] = [momentsFrom(`${where}, the samples`, samples), momentsFrom(`${where}, the reference`, reference)];
      expectOneWidth(where, a, b);
      const value = await distanceOf(a, b, await rootOf(b.covariance, b.mean.length));
      return { frechet: { value, better: 'lower' } };
    },
  };
}

export function momentsAsStatistics({ mean, covariance }: Moments, count: number): Statistics {
  const width = mean.length;
  return {
    mean: { shape: [width], values: mean },
    covariance: { shape: [width, width], values: covariance },
    count: countArray(count),
  };
}

export function momentsFrom(where: string, statistics: Statistics): Moments {
  const mean = Float64Array.from(arrayOf(where, statistics, 'mean').values);
  const covariance = Float64Array.from(arrayOf(where, statistics, 'covariance').values);
  return { mean, covariance };
}

export function expectOneWidth(where: string, a: Moments, b: Moments): void {
  if (a.mean.length === b.mean.length) return;
  throw new GenaiError(
    `${where}: got features of widths ${a.mean.length} and ${b.mean.length}, expected one width. Are they of one extractor?`,
  );
}
