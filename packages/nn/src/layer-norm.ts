import { expectIntegers, type Layer } from '@genai/core';
import { expectShape, layerNorm as normalize } from '@genai/tensor';
import { ones, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** `scale` and `shift`: (width) or (channels). */
export type NormParams = { readonly scale: Tensor; readonly shift: Tensor };

/**
 * Mean 0 and variance 1 over the last dimension, then a learnt scale (1 at first) and shift (0): (…, width) → same.
 * `epsilon` is added to the variance, 1e-5 unless given.
 *
 * @example
 * sequential(dense(784, 256), layerNorm(256), activation(relu));
 * @throws GenaiError if `width` is not an integer of at least 1; when applied, if the last dimension is not `width`.
 * @source Ba et al. 2016, "Layer normalization", eq. 4.
 */
export function layerNorm(width: number, options: { readonly epsilon?: number } = {}): Layer<Tensor, NormParams> {
  const where = `layerNorm(${width})`;
  expectIntegers(where, { width });
  return {
    init: () => ({ scale: ones([width]), shift: zeros([width]) }),
    apply: ({ scale, shift }, x) => {
      expectShape(where, x, ['…', width]);
      return normalize(x, scale, shift, options);
    },
  };
}
