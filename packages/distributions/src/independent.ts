import { type Distribution, GenaiError, type Mean } from '@genai/core';
import { scope } from '@genai/tensor';
import { sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Entropy } from './entropy.js';
import { allButLast, expectValue, last } from './shapes.js';

/** Independent distributions taken as one; it knows its mean and entropy where its base does. */
export type Independent<D extends Distribution<Tensor> = Distribution<Tensor>> = Distribution<Tensor> & {
  readonly kind: 'independent';
  readonly base: D;
  readonly rank: number;
} & (D extends Mean<Tensor> ? Mean<Tensor> : unknown) &
  (D extends Entropy<Tensor> ? Entropy<Tensor> : unknown);

/**
 * `base` with its last `rank` batch axes counted as part of the event: `logProb` sums over them.
 *
 * @example
 * const image = independent(bernoulli(logits), 3); // logits: (batch, height, width, channels); logProb: (batch)
 * @throws GenaiError unless `rank` is an integer from 0 to the number of batch axes of `base`.
 */
export function independent<D extends Distribution<Tensor>>(base: D, rank: number): Independent<D> {
  if (!Number.isInteger(rank) || rank < 0 || rank > base.batchShape.length) {
    throw new GenaiError(
      `independent: rank must be an integer from 0 to ${base.batchShape.length}, the batch axes of the base ` +
        `[${base.batchShape.join(', ')}], got ${rank}.`,
    );
  }
  const batchShape = allButLast(base.batchShape, rank);
  const eventShape = [...last(base.batchShape, rank), ...base.eventShape];
  const { mean, entropy } = base as Partial<Mean<Tensor> & Entropy<Tensor>>;
  const made: Independent = {
    kind: 'independent',
    base,
    rank,
    batchShape,
    eventShape,
    sample: base.sample,
    logProb: (x) => {
      expectValue('independent.logProb', x, { batchShape, eventShape });
      return scope(() => sumLast(base.logProb(x), rank));
    },
    ...(mean && { mean }),
    ...(entropy && { entropy: () => scope(() => sumLast(entropy(), rank)) }),
  };
  return made as Independent<D>;
}

/** The sum over the last `rank` axes. */
export function sumLast(x: Tensor, rank: number): Tensor {
  return rank === 0
    ? x
    : sum(
        x,
        Array.from({ length: rank }, (_, i) => x.rank - 1 - i),
      );
}
