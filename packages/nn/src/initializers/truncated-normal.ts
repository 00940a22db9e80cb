import { GenaiError, randomTruncatedNormal, sizeOf } from '@genai/core';
import { tensor } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializer.js';
import { times } from './scaled-noise.js';

/**
 * A normal cut at two of its standard deviations and scaled so that what is left has the standard deviation `deviation`.
 *
 * @example
 * embedding(50_257, 768, { initializer: truncatedNormal(0.02) });
 * @throws GenaiError unless `deviation` is finite and at least 0.
 */
export function truncatedNormal(deviation = 0.02): Initializer {
  if (!Number.isFinite(deviation) || deviation < 0) {
    throw new GenaiError(`truncatedNormal: deviation must be a number of at least 0, got ${deviation}.`);
  }
  return (key, shape) =>
    tensor(times(randomTruncatedNormal(key, sizeOf(shape)), deviation / CUT_DEVIATION), [...shape], 'float32');
}

/** The standard deviation of N(0, 1) given |x| < 2: √(1 − 4 φ(2) / (Φ(2) − Φ(−2))). */
const CUT_DEVIATION = 0.8796256610342398;
