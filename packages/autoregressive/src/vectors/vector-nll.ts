import { type Distribution, isLeaf, type Model, type Objective, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';

/** Vectors to learn from: (batch, features), and what they are conditioned on where the model is. */
export type VectorBatch<C = void> = C extends Tree<Tensor> ? { readonly x: Tensor; readonly context: C } : Tensor;

/**
 * The negative log-likelihood −log p(x) or −log p(x | context), averaged over the batch, in nats.
 *
 * @example
 * const step = minimize(vectorNll(made({ features: 784, hidden: [500] })), adam(1e-3)); // batches (batch, 784)
 */
export function vectorNll<P, C = void>(model: Model<P, Distribution<Tensor>, C>): Objective<Tensor, P, VectorBatch<C>> {
  return {
    init: model.init,
    loss: (params, batch, key) =>
      scope(() => {
        const { x, context } = (isLeaf(batch) ? { x: batch } : batch) as { readonly x: Tensor; readonly context?: C };
        return { loss: neg(mean(model.given(params, context as C, key).logProb(x))) };
      }),
  };
}
