import { bernoulli } from '@genai/distributions';
import { expandDims, reshape } from '@tensorflow/tfjs-core';
import type { Emission } from '../emission.js';

/**
 * Features that are 0 or 1; the net gives the logit.
 *
 * @example
 * const digits = made({ features: 784, hidden: [500], emission: bernoulliEmission() }); // what it is by default
 */
export function bernoulliEmission(): Emission {
  return {
    inputs: 1,
    seen: (x) => expandDims(x, -1), // (…, 1)
    outputs: 1,
    given: (raw) => bernoulli(reshape(raw, raw.shape.slice(0, -1))),
  };
}
