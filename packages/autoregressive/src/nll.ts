import { type Distribution, GenaiError, isLeaf, type Objective, split, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { div, mean, mul, neg, slice, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceModel } from './sequence-model.js';
import { withBegin } from './with-begin.js';

/** Sequences to learn from. */
export type SequenceBatch<C = void> = {
  /** (batch, time, …element), padded at the end where they are shorter. */
  readonly elements: Tensor;
  /** (batch, time), 1 where an element is to be predicted, 0 where it is padding or only given; all unless given. */
  readonly mask?: Tensor;
} & (C extends void ? unknown : { readonly context: C });

/**
 * The negative log-likelihood by teacher forcing, −log p(xₜ | x₍<t₎, context) averaged over all elements that count, in nats.
 *
 * The first element is predicted where the model has a `begin`; else it is only given, and its mask is not looked at. A batch that
 * counts no element at all has no average: leave such batches out.
 *
 * @example
 * const step = minimize(nll(characters), adam(2e-3));
 * await using run = train(step, { data: batches(windows(tokens, { length: 65 }), { size: 32, key: key(1) }), steps: 1_000, key: key(0) });
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
        const { elements, mask, context } = read<C>(batch);
        const [rows] = expectShape('nll', elements, ['batch', 'time', ...model.elementShape]) as [number, number];
        const [forStart, forRun] = split(key);
        const { inputs, targets, skipped } = withBegin('nll', model, elements);
        const start = model.start(params, rows, context as C, forStart);
        const logP = model.run(params, inputs, start, forRun).next.logProb(targets); // (batch, predicted)
        if (!mask) return { loss: neg(mean(logP)) };
        expectShape('nll: mask', mask, elements.shape.slice(0, 2));
        const counted = slice(mask, [0, skipped]); // (batch, predicted)
        return { loss: neg(div(sum(mul(logP, counted)), sum(counted))) };
      }),
  };
}

function read<C>(batch: Tensor | SequenceBatch<C>): SequenceBatch<C> & { readonly context?: C } {
  if (isLeaf(batch)) return { elements: batch } as SequenceBatch<C> & { readonly context?: C };
  if (!isLeaf(batch.elements)) {
    throw new GenaiError(
      'nll: the batch is no tensor and has no `elements`. Pass (batch, time) tokens, or { elements, mask, context }.',
    );
  }
  return batch as SequenceBatch<C> & { readonly context?: C };
}
