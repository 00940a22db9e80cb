import { expectIntegers, fold, GenaiError, type Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { addN, div, type Tensor } from '@tensorflow/tfjs-core';
import { reconstruct, type VaeWithMeans } from './reconstruct.js';

/**
 * What `x` was before it was corrupted, as a model trained with {@link denoising} sees it. Shape of `x`: (batch, …event).
 *
 * With a `key`, E[x | z] averaged over `samples` draws of z, of least squared error if q(z | x) were the true posterior; without one,
 * E[x | z] at the mean of q(z | x), which is sharper and was no worse where we measured it (lesson 13).
 *
 * @example
 * using clean = owned(denoise(digits, params, noisyImages, { key: key(0), samples: 16 }));
 * @throws GenaiError unless `samples` is an integer of at least 1, and 1 without a key.
 */
export function denoise<P>(
  model: VaeWithMeans<P>,
  params: P,
  x: Tensor,
  { key, samples = 1 }: { readonly key?: Key; readonly samples?: number } = {},
): Tensor {
  expectIntegers('denoise', { samples });
  if (!key) {
    if (samples > 1) throw new GenaiError(`denoise: ${samples} samples need a key. Pass { key: key(0), samples }.`);
    return reconstruct(model, params, x);
  }
  return scope(() => {
    const draws = Array.from({ length: samples }, (_, s) => reconstruct(model, params, x, { key: fold(key, s) }));
    return div(addN(draws), samples);
  });
}
