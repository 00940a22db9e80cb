import type { Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import { div, mul, neg, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Transformer, TransformerParams } from '../transformer.js';
import { type PackedBatch, packedLogProbs } from './packed-log-probs.js';

/**
 * `nll` of rows that hold several documents which do not see each other, in nats, averaged over all tokens that count.
 *
 * Positions begin anew with each document, attention stays within it, and its first token is only given: what is learnt is what rows of
 * one document each would teach, without what fills those. A document brings the token that stands before it, if it has one: the model's
 * `begin` is not used. A batch that counts no token has no average.
 *
 * @example
 * const rows = packed(texts.map((text) => Int32Array.of(begin, ...encode(text))), { length: 256 });
 * const step = minimize(packedNll(model), adamW(1e-3));
 * await using run = train(step, { data: batches(rows, { size: 16, key: key(1) }), steps: 1_000, key: key(0) });
 * @throws GenaiError, when used, as {@link packedLogProbs}.
 * @source Krell et al. 2021, "Efficient sequence packing without cross-contamination", section 3.2.
 */
export function packedNll(model: Transformer): Objective<Tensor, TransformerParams, PackedBatch> {
  return {
    init: model.init,
    loss: (params, batch, key) =>
      scope(() => {
        const { logProbs, counted } = packedLogProbs(model, params, batch, key);
        return { loss: neg(div(sum(mul(logProbs, counted)), sum(counted))) };
      }),
  };
}
