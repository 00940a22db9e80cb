import type { Distribution, Model, Objective, Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';

/** Examples, (batch, …event), and what each is conditioned on, (batch, …). */
export type InContext<C extends Tree<Tensor> = Tensor> = { readonly x: Tensor; readonly context: C };

/**
 * −log p(x | context) averaged over the batch, in nats: for any model with an exact conditional density.
 *
 * @example
 * const step = minimize(conditionalNll(weather), adam(1e-3)); // batches { x, context }
 */
export function conditionalNll<P, C extends Tree<Tensor> = Tensor>(
  model: Model<P, Distribution<Tensor>, C>,
): Objective<Tensor, P, InContext<C>> {
  return {
    init: model.init,
    loss: (params, { x, context }, key) =>
      scope(() => ({ loss: neg(mean(model.given(params, context, key).logProb(x))) })),
  };
}
