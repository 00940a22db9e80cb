import type { Distribution, Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { fill, mul, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import { elementLogProbs } from './element-log-probs.js';
import type { SequenceBatch } from './sequence-batch.js';
import type { SequenceModel } from './sequence-model.js';
import type { MeasuredPiece } from './stream-nll.js';

/** What {@link meanNll} gives. */
export type MeanNll = {
  /** −log p of an element, the mean over all that count, in nats. */
  readonly nats: number;
  /** How many those are. */
  readonly count: number;
};

export interface MeanNllOptions {
  /** Is told of each sequence of which anything counts: what a bootstrap resamples. */
  readonly onSequence?: (sequence: MeasuredPiece) => void;
  /** Stops the measurement. */
  readonly signal?: AbortSignal;
}

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
  { onSequence, signal }: MeanNllOptions = {},
): Promise<MeanNll> {
  let [total, count] = [0, 0];
  for await (const batch of data) {
    signal?.throwIfAborted();
    const sums = scope(() => {
      const { logProbs, counted } = elementLogProbs(model, params, batch);
      const logs = sum(counted ? mul(logProbs, counted) : logProbs, 1); // (batch)
      return stack([logs, counted ? sum(counted, 1) : fill(logs.shape, logProbs.shape[1]!)]); // (2, batch)
    });
    const found = await sums.data().finally(() => sums.dispose());
    const rows = found.length / 2;
    for (let row = 0; row < rows; row++) {
      const [logs, elements] = [found[row]!, found[rows + row]!];
      total -= logs;
      count += elements;
      if (elements > 0) onSequence?.({ nats: -logs, count: elements });
    }
  }
  return { nats: total / count, count };
}
