import { type Batches, fold, GenaiError, type Key, randomPermutation, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.js';
import { expectInteger } from './expect.js';
import { loader } from './loader.js';

/** Batches of a dataset, which know how many make an epoch. */
export interface DatasetBatches<B> extends Batches<B> {
  /** Batches in one pass over the dataset. */
  readonly perEpoch: number;
}

/**
 * Groups of `size` examples, epoch after epoch, **without end** unless `epochs` says how many.
 *
 * With a `key`, epoch e goes through the examples in the order `randomPermutation(fold(key, e))`; without one, in
 * their own order. The order depends on nothing else, so `from(cursor)` goes on exactly, after reading one batch.
 * `last` says what becomes of the examples left over at the end of an epoch: `'drop'` (the default: all batches have
 * one shape) leaves them out of that epoch, `'keep'` gives them as a smaller batch.
 *
 * A batch belongs to the loader, which frees it when the next is asked for or the iterator returns.
 *
 * @example
 * const data = batches(train, { size: 64, key: key(0) }); //      for training: shuffled, without end
 * const held = batches(test, { size: 100, epochs: 1, last: 'keep' }); // for measuring: every example once
 * @throws GenaiError if an option is out of range, or an epoch would have no batch.
 */
export function batches<B extends Tree<Tensor>>(
  dataset: Dataset<B>,
  options: {
    readonly size: number;
    readonly key?: Key;
    readonly epochs?: number;
    readonly last?: 'drop' | 'keep';
  },
): DatasetBatches<B> {
  const { size, key, epochs = Number.POSITIVE_INFINITY, last = 'drop' } = options;
  const { length } = dataset;
  expectInteger('batches', 'size', size, 1);
  if (epochs !== Number.POSITIVE_INFINITY) expectInteger('batches', 'epochs', epochs, 0);
  const perEpoch = last === 'keep' ? Math.ceil(length / size) : Math.floor(length / size);
  if (perEpoch === 0) {
    throw new GenaiError(
      `batches: ${length} examples make no batch of ${size}. Pass a smaller size${length > 0 ? ", or last: 'keep'" : ' and some examples'}.`,
    );
  }
  async function* open(cursor: number): AsyncGenerator<B, void, undefined> {
    let epoch = -1;
    let order: Uint32Array = new Uint32Array(0);
    for (let number = cursor; number < perEpoch * epochs; number++) {
      const at = Math.floor(number / perEpoch);
      if (epoch !== at) {
        epoch = at;
        order = key ? randomPermutation(fold(key, epoch), length) : Uint32Array.from({ length }, (_, i) => i);
      }
      const start = (number - epoch * perEpoch) * size;
      yield await dataset.read(order.slice(start, start + size));
    }
  }
  return { ...loader(open), perEpoch };
}
