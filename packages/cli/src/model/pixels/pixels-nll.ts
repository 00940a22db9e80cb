import { type VectorBatch, vectorNll } from '@genai/autoregressive';
import type { Distribution, Model, Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import { mul, type Tensor } from '@tensorflow/tfjs-core';

/** The exact negative log-likelihood of images in nats, and the same in bits for each of `dims` numbers. */
export function pixelsNll<P, C>(
  model: Model<P, Distribution<Tensor>, C>,
  dims: number,
): Objective<Tensor, P, VectorBatch<C>, 'bitsPerDim'> {
  const objective = vectorNll(model);
  return {
    init: objective.init,
    loss: (params, batch, key, step) =>
      scope(() => {
        const { loss } = objective.loss(params, batch, key, step);
        return { loss, bitsPerDim: mul(loss, 1 / (dims * Math.LN2)) };
      }),
  };
}
