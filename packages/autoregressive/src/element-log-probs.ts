import { type Distribution, type Key, split, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { slice, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceBatch } from './sequence-batch.js';
import type { SequenceModel } from './sequence-model.js';
import { withBegin } from './with-begin.js';

/** What {@link elementLogProbs} gives. */
export type ElementLogProbs = {
  /** log p(xₜ | x₍<t₎, context) in nats, (batch, predicted). */
  readonly logProbs: Tensor;
  /** 1 where an element counts, else 0, (batch, predicted); all count unless given. */
  readonly counted?: Tensor;
};

/**
 * The exact log-probability of each element that is predicted: all of them where the model has a `begin`, all but the first where
 * it has none. With a `key` as in training, without one as measured.
 *
 * @example
 * using scores = owned(scope(() => elementLogProbs(characters, params, { elements: tokens }))); // tokens: (batch, time) int32
 * const perplexity = Math.exp(-(await mean(scores.logProbs).data())[0]!);
 * @throws GenaiError if the elements or the mask have another shape, or the sequences are too short to predict anything.
 */
export function elementLogProbs<P, S extends Tree<Tensor>, C = void>(
  model: SequenceModel<P, S, Distribution<Tensor>, C>,
  params: P,
  batch: SequenceBatch<C>,
  key?: Key,
): ElementLogProbs {
  return scope(() => {
    const { elements, mask, context } = batch as SequenceBatch<C> & { readonly context?: C };
    const [rows] = expectShape('elements', elements, ['batch', 'time', ...model.elementShape]) as [number, number];
    const [forStart, forRun] = key ? split(key) : [];
    const { inputs, targets, skipped } = withBegin('elements', model, elements);
    const start = model.start(params, rows, context as C, forStart);
    const logProbs = model.run(params, inputs, start, forRun).next.logProb(targets);
    if (!mask) return { logProbs };
    expectShape('the mask of elements', mask, elements.shape.slice(0, 2));
    return { logProbs, counted: slice(mask, [0, skipped]) };
  });
}
