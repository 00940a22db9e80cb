import { expectIntegers } from '@genai/core';
import { type PrecisionRecall, type PrecisionRecallOptions, precisionRecall } from '../precision-recall.js';
import type { SampleMetric } from '../sample-metric.js';
import { reservoir } from './reservoir.js';
import { keptRows, rowViews } from './statistics-arrays.js';

export interface PrecisionRecallMetricOptions extends Partial<PrecisionRecallOptions> {
  /** Rows kept of either side at most. Default 10,000. */
  readonly keep?: number;
}

/**
 * Precision, recall, density and coverage as {@link precisionRecall} defines them, of at most `keep` rows of either side, by default
 * with 5 neighbours. The reference is the real side.
 *
 * @example
 * const { figures } = await compareSamples({ samples, reference, metrics: { manifold: precisionRecallMetric() }, key: key(0) });
 * figures.manifold.precision.value;
 * @source Kynkäänniemi et al. 2019, eq. 1–2; Naeem et al. 2020, section 3.
 */
export function precisionRecallMetric({
  neighbours = 5,
  keep = 10_000,
}: PrecisionRecallMetricOptions = {}): SampleMetric<keyof PrecisionRecall> {
  const where = 'precisionRecallMetric';
  expectIntegers(where, { neighbours });
  return {
    name: 'precision-recall',
    settings: { neighbours, keep },
    gather: reservoir(where, keep),
    compare: async (samples, reference) => {
      const real = keptRows(`${where}, the reference`, reference, neighbours + 1);
      const fake = keptRows(`${where}, the samples`, samples, neighbours + 1, real.width);
      const shares = await precisionRecall(rowViews(real), rowViews(fake), { neighbours });
      const { precision, recall, density, coverage } = shares;
      return {
        precision: { value: precision, better: 'higher' },
        recall: { value: recall, better: 'higher' },
        density: { value: density, better: 'higher' },
        coverage: { value: coverage, better: 'higher' },
      };
    },
  };
}
