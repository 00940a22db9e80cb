import { GenaiError, type Layer, type NoParams, sizeOf } from '@genai/core';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * All dimensions but the first as one: (batch, …) → (batch, features).
 *
 * @example
 * sequential(conv2d(1, 8), flatten(), dense(8 * 28 * 28, 10));
 * @throws GenaiError, when applied, if the input is a scalar.
 */
export function flatten(): Layer<Tensor, NoParams> {
  return {
    init: () => ({}),
    apply: (_params, x) => {
      const [batch, ...event] = x.shape;
      if (batch === undefined) throw new GenaiError('flatten: got a scalar, expected [batch, …].');
      return reshape(x, [batch, sizeOf(event)]);
    },
  };
}
