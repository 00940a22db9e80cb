import { GenaiError, type Layer, type NoParams } from '@genai/core';
import { dropElements } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';

/**
 * With a key, sets each element to 0 with probability `rate` and divides the others by 1 − `rate`, so that the mean
 * stays; without a key, the identity.
 *
 * @example
 * const layer = dropout(0.1);
 * layer.apply({}, x, key(0)); // training
 * layer.apply({}, x); // afterwards
 * @throws GenaiError unless 0 ≤ `rate` < 1.
 * @source Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting", section 10
 * (scaling while training).
 */
export function dropout(rate: number): Layer<Tensor, NoParams> {
  if (!(rate >= 0 && rate < 1)) throw new GenaiError(`dropout: rate must be at least 0 and below 1, got ${rate}.`);
  return {
    init: () => ({}),
    apply: (_params, x, key) => (key ? dropElements(x, key, rate) : clone(x)),
  };
}
