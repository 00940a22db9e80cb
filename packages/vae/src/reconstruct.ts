import type { Distribution, Key, Mean } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { encode } from './encode.js';
import type { Vae } from './vae.js';

/** A variational autoencoder whose encoder and decoder know their means. */
export type VaeWithMeans<P> = Vae<P, Distribution<Tensor> & Mean<Tensor>, Distribution<Tensor> & Mean<Tensor>>;

/**
 * E[x | z] with z the mean of q(z | x), or a draw from it when a `key` is given. Shape of `x`: (batch, …event).
 *
 * @example
 * using again = owned(reconstruct(digits, params, images));
 */
export function reconstruct<P>(
  model: VaeWithMeans<P>,
  params: P,
  x: Tensor,
  options: { readonly key?: Key } = {},
): Tensor {
  return scope(() => model.decode(params, encode(model, params, x, options)).mean());
}
