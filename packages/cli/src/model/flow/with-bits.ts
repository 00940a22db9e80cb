import type { Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import { mul, type Tensor } from '@tensorflow/tfjs-core';

/** The objective, and the same in bits for each of `dims` numbers. */
export function withBits<P>(objective: Objective<Tensor, P>, dims: number): Objective<Tensor, P, Tensor, 'bitsPerDim'> {
  return {
    init: objective.init,
    loss: (params, x, key, step) =>
      scope(() => {
        const { loss } = objective.loss(params, x, key, step);
        return { loss, bitsPerDim: mul(loss, 1 / (dims * Math.LN2)) };
      }),
  };
}
