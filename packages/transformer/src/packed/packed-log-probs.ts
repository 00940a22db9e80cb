import type { ElementLogProbs } from '@genai/autoregressive';
import { GenaiError, type Key } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { minimum, mul, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Transformer, TransformerParams } from '../transformer.js';
import { placesWithin } from './places-within.js';

/** Rows that hold several documents each, such as `packed` of `@genai/data` makes. */
export type PackedBatch = {
  /** (batch, time) of int32. */
  readonly elements: Tensor;
  /** (batch, time) of int32: the number of each token's document in its row, 0 where the row is only filled. */
  readonly segments: Tensor;
  /** (batch, time), 1 where a token is to be predicted, 0 where it is given; all but the first of each document unless given. */
  readonly mask?: Tensor;
};

/** What {@link packedLogProbs} gives. */
export type PackedLogProbs = Required<ElementLogProbs> & {
  /** What the routers of experts said: logits (batch, time − 1, count) of each block, none without experts. */
  readonly routers: readonly Tensor[];
};

/**
 * The log-probability of each token from those before it in its own document, in nats, (batch, time − 1), and which count: never the first
 * of a document, nor what only fills a row. With a `key` as in training, without one as measured.
 *
 * @example
 * using made = owned(scope(() => packedLogProbs(model, params, batch))); // batch: { elements, mask, segments }
 * @throws GenaiError if elements, segments or mask have another shape, or the rows are too short to predict anything.
 */
export function packedLogProbs(
  model: Transformer,
  params: TransformerParams,
  { elements, segments, mask }: PackedBatch,
  key?: Key,
): PackedLogProbs {
  const where = 'packedLogProbs';
  const [rows, time] = expectShape(`${where}: the elements`, elements, ['batch', 'time']) as [number, number];
  expectShape(`${where}: the segments`, segments, [rows, time]);
  if (mask) expectShape(`${where}: the mask`, mask, [rows, time]);
  if (time < 2) throw new GenaiError(`${where}: got rows of ${time} token, expected at least 2. Pass longer rows.`);
  return scope(() => {
    const before = (x: Tensor): Tensor => slice(x, [0, 0], [rows, time - 1]);
    const after = (x: Tensor): Tensor => slice(x, [0, 1], [rows, time - 1]);
    const { next, routers } = model.runPacked(params, before(elements), before(segments), key);
    const seams = minimum(placesWithin(segments), 1); // 0 at the first token of each document
    const inside = after(mul(seams, minimum(segments, 1))); // (batch, time − 1)
    return {
      logProbs: next.logProb(after(elements)),
      counted: mask ? mul(inside, after(mask)) : inside,
      routers,
    };
  });
}
