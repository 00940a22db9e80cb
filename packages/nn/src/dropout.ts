import { GenaiError, type Layer, type NoParams } from '@genai/core';
import { scope, uniformNoise } from '@genai/tensor';
import { cast, clone, greaterEqual, mul, type Tensor } from '@tensorflow/tfjs-core';

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
    apply: (_params, x, key) => {
      if (!key || rate === 0) return clone(x);
      return scope(() => {
        const kept = cast(greaterEqual(uniformNoise(key, x.shape), rate), 'float32');
        return mul(x, mul(kept, 1 / (1 - rate)));
      });
    },
  };
}
