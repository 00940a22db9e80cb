import { type Batches, disposeTree, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expectInteger } from './expect.js';
import { loader, opened } from './loader.js';

/**
 * Reads up to `count` batches ahead on the host, while the engine is still at work on the present one.
 *
 * The batches, their order and their cursor are those of the source. Batches read ahead and not asked for are freed
 * when the iterator returns. Worth it where reading waits for something: files, a network, a decoder.
 *
 * @example
 * const data = prefetch(batches(imagesOnDisk, { size: 64, key: key(0) }), 2);
 * @throws GenaiError unless `count` is an integer of at least 1.
 */
export function prefetch<B extends Tree<Tensor>>(batches: Batches<B>, count = 2): Batches<B> {
  expectInteger('prefetch', 'count', count, 1);
  const open = opened(batches);
  return loader(async function* (cursor) {
    const source = open(cursor);
    const ahead: Promise<IteratorResult<B, void>>[] = [];
    const ask = (): void => {
      const next = source.next();
      next.catch(() => undefined); // reported when its turn comes, or not at all if nobody asks
      ahead.push(next);
    };
    try {
      while (ahead.length < count) ask();
      while (true) {
        const { done, value } = await ahead.shift()!;
        if (done) return;
        ask();
        yield value;
      }
    } finally {
      const closed = source.return();
      closed.catch(() => undefined); // awaited below
      for (const result of await Promise.allSettled(ahead)) {
        if (result.status === 'fulfilled' && !result.value.done) disposeTree(result.value.value);
      }
      await closed;
    }
  });
}
