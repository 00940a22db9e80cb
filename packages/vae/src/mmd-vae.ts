import type { Objective } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type InfoVaeOptions, infoVae } from './info-vae.js';
import type { Vae } from './vae.js';

/**
 * distortion + λ · MMD(q(z), p(z)), averaged over the batch: a Wasserstein autoencoder (WAE-MMD), which is {@link infoVae} with
 * α = 1. Single codes are free, together they follow the prior.
 *
 * With a decoder that is a normal distribution of fixed scale the distortion is the squared error of the source.
 *
 * @example
 * const step = minimize(mmdVae(digits, { lambda: 10, kernel: inverseMultiquadraticKernel() }), adam(1e-3));
 * @throws GenaiError if `lambda` is negative or not finite; when applied, of a batch of one.
 * @source Tolstikhin et al. 2018, "Wasserstein auto-encoders", algorithm 2; Zhao et al. 2017, "InfoVAE" (MMD-VAE).
 */
export function mmdVae<P>(
  model: Vae<P>,
  options: Omit<InfoVaeOptions, 'alpha'>,
): Objective<Tensor, P, Tensor, 'kl' | 'distortion' | 'mmd'> {
  return infoVae(model, { ...options, alpha: 1 });
}
