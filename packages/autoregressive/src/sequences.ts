import { type Distribution, expectIntegers, fold, GenaiError, type Model, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { reshape, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceModel } from './sequence-model.js';
import { withBegin } from './with-begin.js';

/**
 * The distribution of whole sequences of a fixed length: p(x) = ∏ p(xₜ | x₍<t₎), so that whatever takes a model, such as the
 * likelihood metrics of `@genai/eval`, takes this one.
 *
 * `logProb` takes (…, length, …element) and is the exact sum over the sequence, in nats; `sample` draws step by step. A context has
 * one row for each sequence scored, and `sample` draws `shape` sequences for each.
 *
 * @example
 * const words = sequences(model, { length: 8 }); // model: with a `begin`
 * using drawn = owned(scope(() => words.given(params).sample(key(1), [16]))); // (16, 8) int32
 * @throws GenaiError if `length` is no integer of at least 1, or the model has no `begin`; when used, if the elements have another
 * shape.
 */
export function sequences<P, S extends Tree<Tensor>>(
  model: SequenceModel<P, S>,
  { length }: { readonly length: number },
): Model<P, Distribution<Tensor>> {
  expectIntegers('sequences', { length });
  const { begin, elementShape } = model;
  if (!begin) {
    throw new GenaiError(
      'sequences: the model has no `begin`, so its first element has no distribution. Give it one, such as `beginToken`.',
    );
  }
  const eventShape = [length, ...elementShape];
  return {
    init: model.init,
    given: (params, _context, key) => ({
      batchShape: [],
      eventShape,
      logProb: (x) =>
        scope(() => {
          expectShape('sequences.logProb', x, ['…', ...eventShape]);
          const before = x.shape.slice(0, x.rank - eventShape.length);
          const rows = before.reduce((a, b) => a * b, 1);
          const { inputs, targets } = withBegin('sequences', model, reshape(x, [rows, ...eventShape]));
          const { next } = model.run(params, inputs, model.start(params, rows), key);
          return reshape(sum(next.logProb(targets), 1), before);
        }),
      sample: (drawKey, shape = []) =>
        scope(() => {
          const rows = shape.reduce((a, b) => a * b, 1);
          const drawn: Tensor[] = [];
          let state = model.start(params, rows);
          let element = begin(rows); // (rows, …element)
          for (let t = 0; t < length; t++) {
            const made = model.step(params, element, state);
            element = made.next.sample(fold(drawKey, t));
            state = made.state;
            drawn.push(element);
          }
          return reshape(stack(drawn, 1), [...shape, ...eventShape]);
        }),
    }),
  };
}
