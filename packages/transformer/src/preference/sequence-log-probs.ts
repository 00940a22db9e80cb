import { elementLogProbs, type SequenceBatch, type SequenceModel } from '@genai/autoregressive';
import type { Distribution, Key, Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { div, mean, mul, sum, type Tensor } from '@tensorflow/tfjs-core';

/** What {@link sequenceLogProbs} can vary. */
export interface SequenceLogProbsOptions {
  /** Of an element on average, instead of all together. Default `false`. */
  readonly lengthNormalised?: boolean;
  /** As in training: dropout acts. */
  readonly key?: Key | undefined;
}

/**
 * The log-probability of each sequence, of those of its elements that count, in nats: (batch).
 *
 * @example
 * const reference = { chosen: sequenceLogProbs(model, base, chosen), rejected: sequenceLogProbs(model, base, rejected) };
 * @throws GenaiError if elements or mask have another shape. A sequence of which no element counts has no average.
 */
export function sequenceLogProbs<P, S extends Tree<Tensor>, C = void>(
  model: SequenceModel<P, S, Distribution<Tensor>, C>,
  params: P,
  batch: SequenceBatch<C>,
  { lengthNormalised = false, key }: SequenceLogProbsOptions = {},
): Tensor {
  return scope(() => {
    const { logProbs, counted } = elementLogProbs(model, params, batch, key); // (batch, predicted)
    if (!counted) return lengthNormalised ? mean(logProbs, 1) : sum(logProbs, 1);
    const total = sum(mul(logProbs, counted), 1);
    return lengthNormalised ? div(total, sum(counted, 1)) : total;
  });
}
