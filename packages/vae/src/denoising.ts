import { type Key, type Objective, split } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkElboOptions, type ElboOptions } from './elbo.js';
import { negativeElbo } from './negative-elbo.js';
import type { Vae } from './vae.js';

/**
 * The negative ELBO of the clean data under an encoder that sees it corrupted, averaged over the batch, in nats.
 *
 * Teaches `denoise`. `corrupt` gives a tensor of the shape it was given; it may leave some of it as it was.
 *
 * @example
 * const noisy = (x: Tensor, key: Key) => clipByValue(add(x, mul(normalNoise(key, x.shape), 0.3)), 0, 1);
 * const step = minimize(denoising(digits, noisy), adam(1e-3));
 * @throws GenaiError if β or `freeBits` is negative or not finite; when applied, if free bits are asked of a KL divergence
 * without a closed form.
 * @source Im et al. 2017, "Denoising criterion for variational auto-encoding framework", eq. 7.
 */
export function denoising<P>(
  model: Vae<P>,
  corrupt: (x: Tensor, key: Key) => Tensor,
  options: ElboOptions = {},
): Objective<Tensor, P, Tensor, 'kl' | 'distortion'> {
  checkElboOptions('denoising', options);
  return {
    init: model.init,
    loss: (params, x, key, step) => {
      const [noise, rest] = split(key);
      return scope(() =>
        negativeElbo(model, params, { input: corrupt(x, noise), target: x, key: rest, step, ...options }),
      );
    },
  };
}
