import { expectIntegers, type LowerBound, type Model, type Objective, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';
import type { InContext } from '../conditional-nll.js';

/**
 * An upper bound of the conditional negative log-likelihood, −logProbBound(x) averaged over the batch, in nats: for models whose
 * density in a context is only known through a lower bound. `samples`, 1 unless given, tighten it.
 *
 * @example
 * const step = minimize(conditionalBoundNll(conditionalDequantized(digitsByClass)), adam(1e-3)); // batches { x, context }
 * @throws GenaiError unless `samples` is an integer of at least 1.
 * @source Ho et al. 2019, "Flow++", eq. 12; Burda et al. 2016, "Importance weighted autoencoders", eq. 8 (several samples).
 */
export function conditionalBoundNll<P, C extends Tree<Tensor> = Tensor>(
  model: Model<P, LowerBound<Tensor>, C>,
  { samples = 1 }: { readonly samples?: number } = {},
): Objective<Tensor, P, InContext<C>> {
  expectIntegers('conditionalBoundNll', { samples });
  return {
    init: model.init,
    loss: (params, { x, context }, key) => {
      const [forNoise, forLayers] = split(key);
      return scope(() => {
        const bound = model.given(params, context, forLayers).logProbBound(x, forNoise, samples);
        return { loss: neg(mean(bound)) };
      });
    },
  };
}
