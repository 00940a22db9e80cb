import { expectIntegers, type LowerBound, type Model, type Objective, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';

/**
 * An upper bound of the negative log-likelihood, −logProbBound(x) averaged over the batch, in nats: for models whose density is
 * only known through a lower bound. `samples`, 1 unless given, tighten it.
 *
 * @example
 * const step = minimize(boundNll(dequantized(glow)), adam(1e-3));
 * @throws GenaiError unless `samples` is an integer of at least 1.
 * @source Ho et al. 2019, "Flow++", eq. 12; Burda et al. 2016, "Importance weighted autoencoders", eq. 8 (several samples).
 */
export function boundNll<P>(
  model: Model<P, LowerBound<Tensor>>,
  { samples = 1 }: { readonly samples?: number } = {},
): Objective<Tensor, P> {
  expectIntegers('boundNll', { samples });
  return {
    init: model.init,
    loss: (params, x, key) => {
      const [forNoise, forLayers] = split(key);
      return scope(() => {
        const bound = model.given(params, undefined, forLayers).logProbBound(x, forNoise, samples);
        return { loss: neg(mean(bound)) };
      });
    },
  };
}
