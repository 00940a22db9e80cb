import { type Batches, GenaiError, type Key, key, leaves, type Tree } from '@genai/core';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

/**
 * The laws of {@link Batches}: an exact cursor, one order for one key, every example once an epoch, and batches that
 * the loader owns and frees.
 *
 * `make` gives the same batches each time it is called with the same key. A loader that takes no key ignores it.
 *
 * @example
 * batchesLaws('shuffled', (key) => batches(data, { size: 4, key }), {
 *   epoch: { batches: 3, examples: 12, ids: (x) => x.dataSync() },
 * });
 */
export function batchesLaws<B extends Tree<Tensor>>(
  name: string,
  make: (key: Key) => Batches<B>,
  {
    look = 7,
    epoch,
  }: {
    /** How many batches to look at; the laws at the end hold where there are fewer. */
    readonly look?: number;
    /** For loaders that go through a set of examples: batches in an epoch, and what tells the examples of one apart. */
    readonly epoch?: {
      readonly batches: number;
      readonly examples: number;
      readonly ids: (batch: B) => ArrayLike<number>;
    };
  } = {},
): void {
  describe(`laws of batches: ${name}`, () => {
    test('the same key gives the same batches, also to two readers in turn', async () => {
      const first = await contents(make(key(3)), look);
      expect(first.length).toBeGreaterThan(0);
      expect(await contents(make(key(3)), look)).toEqual(first);
      const shared = make(key(3));
      const [a, b] = [shared[Symbol.asyncIterator](), shared[Symbol.asyncIterator]()];
      for (const want of first) {
        for (const reader of [a, b]) {
          const { done, value } = await reader.next();
          expect(done ? 'the end' : contentOf(value)).toEqual(want);
        }
      }
      await a.return?.();
      await b.return?.();
    });

    test('from(cursor) equals passing over the batches before it', async () => {
      const all = await contents(make(key(3)), look);
      const shared = make(key(3));
      for (let cursor = 0; cursor <= all.length; cursor++) {
        expect(await contents(shared.from(cursor), all.length - cursor), `from(${cursor})`).toEqual(all.slice(cursor));
      }
      // A loader that has never been read knows no more than its arguments.
      expect(await contents(make(key(3)).from(all.length - 1), 1)).toEqual(all.slice(-1));
    });

    test('a cursor that is no number of a batch is refused', () => {
      for (const cursor of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => make(key(3)).from(cursor), String(cursor)).toThrow(GenaiError);
      }
    });

    test('a batch is alive until the next one is asked for, and no longer', async () => {
      let before: Tensor[] = [];
      let count = 0;
      for await (const batch of make(key(3))) {
        expect(before.every((leaf) => leaf.isDisposed)).toBe(true);
        before = leaves<Tensor>(batch).map(([, leaf]) => leaf);
        await new Promise((resolve) => setTimeout(resolve));
        expect(before.some((leaf) => leaf.isDisposed)).toBe(false);
        if (++count === look) break;
      }
      expect(count).toBeGreaterThan(0);
      expect(before.every((leaf) => leaf.isDisposed)).toBe(true);
    });

    test('nothing is left over, however reading ends', async () => {
      const before = memory().numTensors;
      const left = (): number => memory().numTensors - before;
      for await (const _ of make(key(3))) break;
      expect(left(), 'after break').toBe(0);
      const failed = (async () => {
        for await (const _ of make(key(3))) throw new Error('thrown by the reader');
      })();
      await expect(failed).rejects.toThrow('thrown by the reader');
      expect(left(), 'after throw').toBe(0);
      await contents(make(key(3)), look);
      expect(left(), 'after the end').toBe(0);
      const unread = make(key(3))[Symbol.asyncIterator]();
      await unread.return?.();
      expect(left(), 'after return before the first batch').toBe(0);
      const twice = make(key(3))[Symbol.asyncIterator]();
      await twice.next();
      await twice.return?.();
      expect((await twice.next()).done, 'nothing comes after return').toBe(true);
      expect(left(), 'after return').toBe(0);
    });

    if (epoch) {
      test('every example comes once an epoch', async () => {
        const seen: number[][] = [[]];
        let number = 0;
        for await (const batch of make(key(3))) {
          seen.at(-1)!.push(...Array.from(epoch.ids(batch)));
          if (++number === 3 * epoch.batches) break;
          if (number % epoch.batches === 0) seen.push([]);
        }
        for (const ids of seen) {
          expect(ids.length).toBe(epoch.examples);
          expect(new Set(ids).size).toBe(epoch.examples);
        }
      });
    }
  });
}

/** The values of the first `count` batches, or of all if there are fewer. */
async function contents<B extends Tree<Tensor>>(batches: AsyncIterable<B>, count: number): Promise<string[]> {
  const found: string[] = [];
  if (count === 0) return found;
  for await (const batch of batches) {
    found.push(contentOf(batch));
    if (found.length === count) break;
  }
  return found;
}

/** Paths, shapes, types and values, to the bit. */
function contentOf(batch: Tree<Tensor>): string {
  const parts = leaves<Tensor>(batch).map(([path, leaf]) => {
    const values = leaf.dataSync();
    const bits = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return `${path} ${leaf.dtype} [${leaf.shape.join(', ')}] ${Array.from(bits, (b) => b.toString(16).padStart(2, '0')).join('')}`;
  });
  return parts.join('\n');
}
