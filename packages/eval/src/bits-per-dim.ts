import { type Distribution, GenaiError, sizeOf } from '@genai/core';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Metric } from './metric.js';

/**
 * Bits per dimension: −log p(x) / (`dims` · ln 2), for models with an exact density. Lower is better.
 *
 * `dims` is the size of one event unless given (784 for images of 28 × 28). The density must be that of the data as they
 * are counted: for 8-bit pixels scaled to [0, 1] and dequantised, add 8.
 *
 * @example
 * const { bits } = await evaluate(glow, params, { data, key: key(0), metrics: { bits: bitsPerDim() } });
 * @throws GenaiError if `dims` is not above 0.
 * @source Theis et al. 2016, "A note on the evaluation of generative models", section 3.1.
 */
export function bitsPerDim(dims?: number): Metric<Distribution<Tensor>> {
  if (dims !== undefined && !(dims > 0)) throw new GenaiError(`bitsPerDim: dims must be above 0, got ${dims}.`);
  return {
    unit: 'bits/dim',
    measure: (distribution, x) => {
      const size = dims ?? sizeOf(distribution.eventShape);
      return mul(distribution.logProb(x), -1 / (size * Math.LN2));
    },
  };
}
