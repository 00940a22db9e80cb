import type { Distribution, Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { mul, scalar, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import { elementLogProbs } from './element-log-probs.js';
import type { SequenceBatch } from './sequence-batch.js';
import type { SequenceModel } from './sequence-model.js';

/** What {@link meanNll} gives. */
export type MeanNll = {
  /** −log p of an element, the mean over all that count, in nats. */
  readonly nats: number;
  /** How many those are. */
  readonly count: number;
};

/**
 * The negative log-likelihood of an element, averaged over all elements that count of all batches: batches in which more count weigh
 * more. The batches stay their loader's.
 *
 * @example
 * const held = batches(lineSequences(names, tokenizer, { end }), { size: 100, epochs: 1, last: 'keep' });
 * const { nats } = await meanNll(model, params, held);
 * @throws GenaiError if a batch has other shapes; the reason of `signal`.
 */
export async function meanNll<P, S extends Tree<Tensor>, C = void>(
  model: SequenceModel<P, S, Distribution<Tensor>, C>,
  params: P,
  data: AsyncIterable<SequenceBatch<C>>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<MeanNll> {
  let [total, count] = [0, 0];
  for await (const batch of data) {
    signal?.throwIfAborted();
    const sums = scope(() => {
      const { logProbs, counted } = elementLogProbs(model, params, batch);
      return stack(counted ? [sum(mul(logProbs, counted)), sum(counted)] : [sum(logProbs), scalar(logProbs.size)]);
    });
    const [logs, elements] = await sums.data().finally(() => sums.dispose());
    total -= logs!;
    count += elements!;
  }
  return { nats: total / count, count };
}
