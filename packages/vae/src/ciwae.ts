import { expectIntegers, GenaiError, type Objective, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mean, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { groupedBound, importanceWeights, logWeightsOf, watched } from './importance-weights.js';
import type { ImportanceMetrics } from './miwae.js';
import type { Vae } from './vae.js';

export interface CiwaeOptions {
  /** Draws of z, all of which both bounds use. */
  readonly samples: number;
  /** The share of the ELBO, from 0 to 1: a number or a schedule. */
  readonly beta: number | Schedule<Tensor>;
}

/**
 * −(β · ELBO + (1 − β) · importance-weighted bound) with the same draws in both, averaged over the batch, in nats.
 *
 * @example
 * const step = minimize(ciwae(digits, { samples: 64, beta: 0.05 }), adam(1e-3));
 * @throws GenaiError unless `samples` is an integer of at least 1 and `beta`, if a number, from 0 to 1.
 * @source Rainforth et al. 2018, "Tighter variational bounds are not necessarily better" (CIWAE).
 */
export function ciwae<P>(
  model: Vae<P>,
  { samples, beta }: CiwaeOptions,
): Objective<Tensor, P, Tensor, ImportanceMetrics> {
  expectIntegers('ciwae', { samples });
  if (typeof beta === 'number' && !(beta >= 0 && beta <= 1)) {
    throw new GenaiError(`ciwae: beta must be a number from 0 to 1, the share of the ELBO, got ${beta}.`);
  }
  return {
    init: model.init,
    loss: (params, x, key, step) =>
      scope(() => {
        const weights = importanceWeights(model, params, x, key, samples);
        const logWeights = logWeightsOf(weights); // (samples, batch)
        const share = typeof beta === 'function' ? beta(step) : beta;
        const [elbo, bound] = [mean(logWeights), mean(groupedBound(logWeights, samples))];
        return { loss: neg(add(bound, mul(sub(elbo, bound), share))), ...watched(weights, samples) };
      }),
  };
}
