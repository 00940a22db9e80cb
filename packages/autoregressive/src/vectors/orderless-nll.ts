import { isLeaf, type Model, type Objective, split } from '@genai/core';
import { expectShape, scope, uniformNoise } from '@genai/tensor';
import { cast, div, less, maximum, mean, mul, neg, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { OrderlessDistribution } from './orderless-nade.js';
import type { VectorBatch } from './vector-nll.js';

/**
 * An unbiased estimate of −log p(x | order) averaged over all orders and the batch, in nats: each row is told a random part of its
 * features, and what the others cost is scaled up.
 *
 * A feature is known with a probability that is uniform itself, so that all numbers of known features, 0 … features, are equally
 * likely and so are all sets of one number. Rows that know all teach nothing: (features + 1) / features makes up for them.
 *
 * @example
 * const step = minimize(orderlessNll(orderlessNade({ features: 784, hidden: [500, 500] })), adam(1e-3));
 * @throws GenaiError, when used, unless x is (batch, features).
 * @source Uria et al. 2014, "A deep and tractable density estimator", eq. 9.
 */
export function orderlessNll<P, C = void>(
  model: Model<P, OrderlessDistribution, C>,
): Objective<Tensor, P, VectorBatch<C>> {
  return {
    init: model.init,
    loss: (params, batch, key) =>
      scope(() => {
        const { x, context } = (isLeaf(batch) ? { x: batch } : batch) as { readonly x: Tensor; readonly context?: C };
        const [rows, features] = expectShape('orderlessNll', x, ['batch', 'features']);
        const [a, b] = split(key);
        const share = uniformNoise(a, [rows, 1]); // (batch, 1)
        const known = cast(less(uniformNoise(b, x.shape), share), 'float32'); // (batch, features)
        const hidden = sub(1, known);
        const logP = model
          .given(params, context as C)
          .conditionals(x, known)
          .logProb(x); // (batch, features)
        const scale = div(features + 1, maximum(sum(hidden, -1), 1)); // (batch)
        return { loss: neg(mean(mul(sum(mul(logP, hidden), -1), scale))) };
      }),
  };
}
