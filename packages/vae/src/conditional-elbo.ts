import type { Objective, Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ConditionalVae } from './conditional-vae.js';
import { checkElboOptions, type ElboOptions, elbo } from './elbo.js';
import { type InContext, inContext } from './in-context.js';

/**
 * The negative evidence lower bound of log p(x | c), averaged over the batch, in nats: distortion + β · KL(q(z | x, c) ‖
 * p(z | c)). Batches are `{ x, context }`; otherwise as {@link elbo}.
 *
 * @example
 * const step = minimize(conditionalElbo(digits, { beta: linear(0, 1, 1_000) }), adam(1e-3));
 * @throws GenaiError if β or `freeBits` is negative or not finite.
 * @source Sohn et al. 2015, "Learning structured output representation using deep conditional generative models", eq. 4.
 */
export function conditionalElbo<P, C extends Tree<Tensor>>(
  model: ConditionalVae<P, C>,
  options: ElboOptions = {},
): Objective<Tensor, P, InContext<C>, 'kl' | 'distortion'> {
  checkElboOptions('conditionalElbo', options);
  return inContext(model, (bound) => elbo(bound, options));
}
