import { type Batches, disposeTree, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { partOf } from '../part-of.js';
import type { Collective } from './collective.js';

/**
 * The part of each batch that belongs to this rank: of `size` equal parts along axis 0, the one numbered `rank`.
 *
 * Every rank reads the same whole batches, so that a run goes on exactly with another number of ranks.
 *
 * @example
 * const data = shard(batches(digits, { size: 128, key: key(1) }), ranks); // batches of 128 / ranks.size
 * @throws GenaiError while iterating, if the parts would not be equal.
 */
export function shard<B>(batches: Batches<B>, { rank, size }: Pick<Collective, 'rank' | 'size'>): Batches<B> {
  if (size === 1) return batches;
  async function* parts(source: AsyncIterable<B>): AsyncGenerator<B, void, void> {
    for await (const batch of source) {
      const part = scope(() => partOf('shard', batch, rank, size) as Tree<Tensor>);
      try {
        yield part as B;
      } finally {
        disposeTree(part);
      }
    }
  }
  return {
    from: (cursor) => {
      const source = batches.from(cursor);
      return { [Symbol.asyncIterator]: () => parts(source) };
    },
    [Symbol.asyncIterator]: () => parts(batches),
  };
}
