import { GenaiError, type LowerBound, sizeOf } from '@genai/core';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import type { Metric } from './metric.js';

/** What {@link bitsPerDimBound} can vary. */
export interface BitsPerDimBoundOptions {
  /** Draws for each example; the bound tightens as they grow. Default 1. */
  readonly samples?: number;
  /** The size of one example unless given: 784 for images of 28 × 28. */
  readonly dims?: number;
}

/**
 * An upper bound of the bits per dimension, −logProbBound(x) / (`dims` · ln 2), for models whose density is only known through a
 * lower bound: dequantised flows. Lower is better.
 *
 * With several `samples` it is the importance-weighted bound. Of integers it needs no correction: a model that knows nothing of
 * 8-bit pixels has 8 bits.
 *
 * @example
 * const metrics = { bits: bitsPerDimBound({ samples: 8 }) };
 * const { bits } = await evaluate(dequantizedGlow, params, { data, key: key(0), metrics });
 * @throws GenaiError unless `samples` is an integer of at least 1 and `dims` above 0.
 * @source Theis et al. 2016, "A note on the evaluation of generative models", section 3.1; Ho et al. 2019, "Flow++", eq. 12.
 */
export function bitsPerDimBound({ samples = 1, dims }: BitsPerDimBoundOptions = {}): Metric<LowerBound<Tensor>> {
  if (dims !== undefined && !(dims > 0)) throw new GenaiError(`bitsPerDimBound: dims must be above 0, got ${dims}.`);
  const nll = importanceWeightedNll({ samples });
  return {
    unit: 'bits/dim',
    measure: (distribution, x, key) => {
      const size = dims ?? sizeOf(x.shape.slice(1));
      return mul(nll.measure(distribution, x, key), 1 / (size * Math.LN2)); // (batch)
    },
  };
}
