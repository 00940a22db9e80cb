import { type Distribution, GenaiError, isLeaf, type Objective, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { div, mean, mul, neg, sum, type Tensor } from '@tensorflow/tfjs-core';
import { elementLogProbs } from './element-log-probs.js';
import type { SequenceBatch } from './sequence-batch.js';
import type { SequenceModel } from './sequence-model.js';

/**
 * The negative log-likelihood by teacher forcing, −log p(xₜ | x₍<t₎, context) averaged over all elements that count, in nats.
 *
 * The first element is predicted where the model has a `begin`; else it is only given, and its mask is not looked at. A batch that
 * counts no element at all has no average: leave such batches out.
 *
 * @example
 * const step = minimize(nll(characters), adam(2e-3));
 * const data = batches(windows(tokens, { length: 65 }), { size: 32, key: key(1) });
 * await using run = train(step, { data, steps: 1_000, key: key(0) });
 * @throws GenaiError, when used, if the elements or the mask have another shape, or the sequences are too short to predict anything.
 * @source Williams and Zipser 1989, "A learning algorithm for continually running fully recurrent neural networks", section 4.
 */
export function nll<P, S extends Tree<Tensor>, C = void>(
  model: SequenceModel<P, S, Distribution<Tensor>, C>,
): Objective<Tensor, P, Tensor | SequenceBatch<C>> {
  return {
    init: model.init,
    loss: (params, batch, key) =>
      scope(() => {
        const { logProbs, counted } = elementLogProbs(model, params, read<C>(batch), key);
        return { loss: neg(counted ? div(sum(mul(logProbs, counted)), sum(counted)) : mean(logProbs)) };
      }),
  };
}

function read<C>(batch: Tensor | SequenceBatch<C>): SequenceBatch<C> {
  if (isLeaf(batch)) return { elements: batch } as SequenceBatch<C>;
  if (!isLeaf(batch.elements)) {
    throw new GenaiError(
      'nll: the batch is no tensor and has no `elements`. Pass (batch, time) tokens, or { elements, mask, context }.',
    );
  }
  return batch;
}
