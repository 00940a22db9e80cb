import type { Distribution, Model, Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The negative log-likelihood, −log p(x) averaged over the batch, in nats: for any model with an exact density.
 *
 * @example
 * const step = minimize(nll(density), adam(1e-3));
 */
export function nll<P>(model: Model<P, Distribution<Tensor>>): Objective<Tensor, P> {
  return {
    init: model.init,
    loss: (params, x, key) => scope(() => ({ loss: neg(mean(model.given(params, undefined, key).logProb(x))) })),
  };
}
