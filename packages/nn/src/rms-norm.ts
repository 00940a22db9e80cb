import { expectIntegers, type Layer } from '@genai/core';
import { expectShape, rmsNorm as normalize } from '@genai/tensor';
import { ones, type Tensor } from '@tensorflow/tfjs-core';

/** `scale`: (width). */
export type RmsNormParams = { readonly scale: Tensor };

/**
 * Root mean square 1 over the last dimension, then a learnt scale (1 at first): (…, width) → same.
 * `epsilon` is added to the mean square, 1e-6 unless given.
 *
 * @example
 * sequential(dense(784, 256), rmsNorm(256), activation(silu));
 * @throws GenaiError if `width` is not an integer of at least 1; when applied, if the last dimension is not `width`.
 * @source Zhang and Sennrich 2019, "Root mean square layer normalization", eq. 4.
 */
export function rmsNorm(width: number, options: { readonly epsilon?: number } = {}): Layer<Tensor, RmsNormParams> {
  const where = `rmsNorm(${width})`;
  expectIntegers(where, { width });
  return {
    init: () => ({ scale: ones([width]) }),
    apply: ({ scale }, x) => {
      expectShape(where, x, ['…', width]);
      return normalize(x, scale, options);
    },
  };
}
