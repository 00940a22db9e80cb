import type { Key } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { VaeWithMeans } from './reconstruct.js';

/**
 * The latents of `x`, shape (batch, …latent): the mean of q(z | x), or a draw from it when a `key` is given.
 *
 * @example
 * using latents = owned(encode(digits, params, images)); // (batch, 16)
 */
export function encode<P>(
  model: Pick<VaeWithMeans<P>, 'encode'>,
  params: P,
  x: Tensor,
  { key }: { readonly key?: Key } = {},
): Tensor {
  return scope(() => {
    const q = model.encode(params, x);
    return key ? q.sample(key) : q.mean();
  });
}
