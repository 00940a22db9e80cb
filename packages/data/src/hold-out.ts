import { type Key, randomPermutation } from '@genai/core';
import type { Dataset } from './dataset.js';
import { expectPart, select } from './select.js';

/**
 * Splits a dataset in two by a key: `count` examples drawn at random for validation, and all others for training.
 * The same key always draws the same examples.
 *
 * @example
 * const { train, validation } = holdOut(data, { count: 5_000, key: key(0) });
 * @throws GenaiError if there are fewer than `count` examples.
 */
export function holdOut<B>(
  dataset: Dataset<B>,
  { count, key }: { readonly count: number; readonly key: Key },
): { train: Dataset<B>; validation: Dataset<B> } {
  expectPart('holdOut', count, dataset.length);
  const order = randomPermutation(key, dataset.length);
  // Sorted, so that reading either part in order reads the source in order.
  return {
    train: select(dataset, order.slice(count).sort()),
    validation: select(dataset, order.slice(0, count).sort()),
  };
}
