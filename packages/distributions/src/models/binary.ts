import type { Layer, Model } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Bernoulli, bernoulli } from '../bernoulli.js';
import { type Independent, independent } from '../independent.js';
import { eventRank } from './event-rank.js';

/**
 * A net that gives a Bernoulli distribution for each input, its output being the logits.
 *
 * The first `batchAxes` axes of the output are the batch, the others the event: an image needs no flattening.
 *
 * @example
 * const decoder = binary(mlp([16, 256, 784])); // codes (batch, 16) to a distribution of images (batch), (784)
 * @throws GenaiError, when it is given a context, if `batchAxes` is not below the rank of the net's output.
 * @source Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix C.1.
 */
export function binary<P>(
  net: Layer<Tensor, P>,
  { batchAxes = 1 }: { readonly batchAxes?: number } = {},
): Model<P, Independent<Bernoulli>, Tensor> {
  return {
    init: net.init,
    given: (params, context, key) => {
      const { logits, rank } = scope(() => {
        const logits = net.apply(params, context, key);
        return { logits, rank: eventRank('binary', logits, batchAxes) };
      });
      return independent(bernoulli(logits), rank);
    },
  };
}
