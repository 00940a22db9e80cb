import type { Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { neg, type Tensor } from '@tensorflow/tfjs-core';
import { lowerBound } from './lower-bound.js';
import type { Vae } from './vae.js';

export interface ImportanceWeightedNllOptions {
  /** Draws of z for each x; the bound tightens as it grows. */
  readonly samples: number;
  readonly key: Key;
  /** Draws decoded at once: memory, not numbers. Bounded unless given. */
  readonly chunk?: number;
}

/**
 * An upper bound of −log p(x) in nats, shape (batch): the importance-weighted estimate with `samples` draws of z each.
 *
 * @example
 * using bound = owned(importanceWeightedNll(digits, params, images, { samples: 1_000, key: key(0) }));
 * @throws GenaiError unless `samples` and `chunk` are integers of at least 1.
 * @source Burda et al. 2016, "Importance weighted autoencoders", eq. 8.
 */
export function importanceWeightedNll<P>(
  model: Vae<P>,
  params: P,
  x: Tensor,
  { samples, key, chunk }: ImportanceWeightedNllOptions,
): Tensor {
  return scope(() =>
    neg(
      lowerBound(model, params, x, {
        where: 'importanceWeightedNll',
        key,
        samples,
        ...(chunk !== undefined && { chunk }),
      }),
    ),
  );
}
