import { GenaiError, type Objective, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { negativeElbo } from './negative-elbo.js';
import type { Vae } from './vae.js';

/** How the two halves of the bound are weighed. */
export interface ElboOptions {
  /** Weight of the KL divergence: a number, or a schedule for KL warm-up. 1 unless given. */
  readonly beta?: number | Schedule<Tensor>;
  /** Nats of KL divergence per latent feature that cost nothing (0 unless given). */
  readonly freeBits?: number;
}

/**
 * The negative evidence lower bound, averaged over the batch, in nats: distortion + β · KL.
 *
 * The KL divergence is in closed form where there is one, otherwise estimated with the z that is decoded. The metrics
 * are `distortion`, −E log p(x | z), and `kl`, KL(q(z | x) ‖ p(z)), which neither β nor free bits touch.
 *
 * @example
 * const step = minimize(elbo(digits, { beta: linear(0, 1, 1_000) }), adam(1e-3));
 * @throws GenaiError if β or `freeBits` is negative or not finite; when applied, if free bits are asked of a KL divergence
 * without a closed form.
 * @source Kingma and Welling 2014, eq. 3; β: Higgins et al. 2017, "beta-VAE", eq. 4; free bits: Kingma et al. 2016,
 * "Improving variational inference with inverse autoregressive flow", eq. 15.
 */
export function elbo<P>(model: Vae<P>, options: ElboOptions = {}): Objective<Tensor, P, Tensor, 'kl' | 'distortion'> {
  checkElboOptions('elbo', options);
  return {
    init: model.init,
    loss: (params, x, key, step) =>
      scope(() => negativeElbo(model, params, { input: x, target: x, key, step, ...options })),
  };
}

export function checkElboOptions(where: string, { beta = 1, freeBits = 0 }: ElboOptions): void {
  for (const [name, value] of Object.entries({ beta, freeBits })) {
    if (typeof value === 'number' && !(value >= 0 && value < Infinity)) {
      throw new GenaiError(`${where}: ${name} must be a finite number of at least 0, got ${value}.`);
    }
  }
}
