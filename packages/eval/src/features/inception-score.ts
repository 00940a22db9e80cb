import { expectIntegers, GenaiError } from '@genai/core';
import { type Rows, rowsOf } from '../points.js';
import type { SampleMetric } from '../sample-metric.js';
import { arrayOf, countArray } from './statistics-arrays.js';

export interface InceptionScoreOptions {
  /** Parts that are scored on their own. Default 10. */
  readonly splits?: number;
  /** Whether rows are logits, as by default, or probabilities. */
  readonly logits?: boolean;
}

/**
 * The inception score of what a classifier says of samples, (count, classes): exp of the mean KL(p(y | x) ‖ p(y)), from 1 to the
 * number of classes; the mean over `splits` parts and its deviation between them. It looks at no reference.
 *
 * Sample i belongs to part i mod `splits`: shuffle samples that come by class. Fewer samples give less; it compares only for one
 * classifier and one count.
 *
 * @example
 * const { figures } = await compareSamples({ samples: logits, metrics: { score: inceptionScore() }, key: key(0) });
 * figures.score.inceptionScore.value;
 * @throws GenaiError unless there are as many samples as parts, and probabilities are at least 0 with a sum of 1.
 * @source Salimans et al. 2016, "Improved techniques for training GANs", section 4.
 */
export function inceptionScore({
  splits = 10,
  logits = true,
}: InceptionScoreOptions = {}): SampleMetric<'inceptionScore' | 'inceptionScoreDeviation'> {
  const where = 'inceptionScore';
  expectIntegers(where, { splits });
  return {
    name: 'inception-score',
    settings: { splits, logits },
    gather: () => {
      let sums = new Float64Array(0); // of p(y | x), (splits, classes)
      const negentropies = new Float64Array(splits); // of Σ p log p
      let width = 0;
      let count = 0;
      return {
        add: async (batch) => {
          const rows = await rowsOf(where, batch, 1, width || undefined);
          if (width === 0) sums = new Float64Array(splits * rows.width);
          width = rows.width;
          for (let i = 0; i < rows.count; i++) {
            const logs = logits ? logProbabilities(rows, i) : logsOf(where, rows, i);
            const part = count++ % splits;
            for (const [y, log] of logs.entries()) {
              if (log === Number.NEGATIVE_INFINITY) continue;
              sums[part * width + y]! += Math.exp(log);
              negentropies[part]! += Math.exp(log) * log;
            }
          }
        },
        result: () => ({
          sums: { shape: [splits, width], values: sums.slice() },
          negentropies: { shape: [splits], values: negentropies.slice() },
          count: countArray(count),
        }),
      };
    },
    compare: async (samples) => {
      const sums = arrayOf(where, samples, 'sums');
      const negentropies = arrayOf(where, samples, 'negentropies').values;
      const count = arrayOf(where, samples, 'count').values[0]!;
      if (count < splits)
        throw new GenaiError(`${where}: got ${count} samples, expected at least ${splits}, one for each split.`);
      const classes = sums.shape[1]!;
      const scores = Array.from(negentropies, (negentropy, part) => {
        const size = Math.floor(count / splits) + (part < count % splits ? 1 : 0);
        const marginal = sums.values.subarray(part * classes, (part + 1) * classes);
        let divergence = negentropy / size;
        for (const sum of marginal) if (sum > 0) divergence -= (sum / size) * Math.log(sum / size);
        return Math.exp(divergence);
      });
      const mean = scores.reduce((a, b) => a + b, 0) / splits;
      const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits);
      return {
        inceptionScore: { value: mean, better: 'higher' },
        inceptionScoreDeviation: { value: deviation },
      };
    },
  };
}

function logProbabilities({ values, width }: Rows, i: number): Float64Array {
  const row = Float64Array.from(values.subarray(i * width, (i + 1) * width));
  const largest = row.reduce((a, b) => Math.max(a, b));
  const log = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return row.map((value) => value - log);
}

function logsOf(where: string, { values, width }: Rows, i: number): Float64Array {
  const row = Float64Array.from(values.subarray(i * width, (i + 1) * width));
  const sum = row.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-3 || row.some((value) => value < 0)) {
    throw new GenaiError(
      `${where}: row ${i} of a batch is no distribution, its sum is ${sum}. Pass { logits: true } if these are logits.`,
    );
  }
  return row.map((value) => Math.log(value / sum));
}
