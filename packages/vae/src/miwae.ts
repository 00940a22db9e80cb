import { expectIntegers, type Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';
import { groupedBound, importanceWeights, logWeightsOf, watched } from './importance-weights.js';
import type { Vae } from './vae.js';

/** How many draws an importance-weighted bound takes. */
export interface MiwaeOptions {
  /** Bounds that are averaged, M. */
  readonly samples: number;
  /** Draws of z within each bound, K. */
  readonly importance: number;
}

/** What is watched beside the loss: −E log p(x | z) and E log q(z | x) / p(z) in nats, and (Σ w)² / Σ w² of a bound. */
export type ImportanceMetrics = 'distortion' | 'kl' | 'effectiveSamples';

/**
 * The negative mean of `samples` importance-weighted bounds of `importance` draws each, averaged over the batch, in nats: the
 * encoder's gradient has less noise than that of one bound of as many draws, the bound is looser.
 *
 * With `samples` 1 it is {@link iwae}, with `importance` 1 the ELBO of several draws. The decoder sees
 * samples · importance times the batch at once.
 *
 * @example
 * const step = minimize(miwae(digits, { samples: 8, importance: 8 }), adam(1e-3));
 * @throws GenaiError unless `samples` and `importance` are integers of at least 1.
 * @source Rainforth et al. 2018, "Tighter variational bounds are not necessarily better" (MIWAE).
 */
export function miwae<P>(
  model: Vae<P>,
  { samples, importance }: MiwaeOptions,
): Objective<Tensor, P, Tensor, ImportanceMetrics> {
  expectIntegers('miwae', { samples, importance });
  return {
    init: model.init,
    loss: (params, x, key) =>
      scope(() => {
        const weights = importanceWeights(model, params, x, key, samples * importance);
        const loss = neg(mean(groupedBound(logWeightsOf(weights), importance)));
        return { loss, ...watched(weights, importance) };
      }),
  };
}
