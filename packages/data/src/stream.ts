import { type Batches, fold, GenaiError, type Key, randomIntegers, randomPermutation, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batched, Columns } from './column.js';
import { expectInteger } from './expect.js';
import { loader } from './loader.js';
import { type Rows, rowsLike } from './rows.js';

/**
 * Opens a source of examples at its beginning; every call gives the same examples in the same order.
 *
 * The signal aborts when the examples are no longer wanted, for sources that hold files or connections. A generator
 * may rely on its `finally` instead.
 */
export type Source<R> = (signal: AbortSignal) => AsyncIterable<R> | Iterable<R>;

/**
 * Batches of a source that does not fit into memory or has no end: `size` examples at a time, held on the host as
 * typed arrays (see {@link Columns}) until they become a batch; so each example needs arrays of its own.
 *
 * - `shuffle` permutes examples within blocks of `buffer`, so that many are held at once. The permutation is a function
 *   of the key, the epoch and the block; the blocks start at another place each epoch.
 * - `epochs` says how often to go through the source (without end unless given).
 * - `last` says whether the examples left over at the end of an epoch are dropped (the default) or kept as a smaller batch.
 * - `signal` stops everything: iteration throws its reason, and the source is closed.
 *
 * The cursor is exact: `from(cursor)` opens the source and passes over the examples before, without making tensors.
 *
 * @example
 * async function* rows() {
 *   for await (const line of lines) yield { x: Float32Array.from(line.split(','), Number) };
 * }
 * const data = stream(rows, { size: 64, shuffle: { buffer: 10_000, key: key(0) } }); // { x: (64, columns) }
 * @throws GenaiError if an option is out of range; on reading, if an example differs in form from the first, or if an
 * epoch has no batch.
 */
export function stream<R extends Columns>(
  source: Source<R>,
  options: {
    readonly size: number;
    readonly shuffle?: { readonly buffer: number; readonly key: Key };
    readonly epochs?: number;
    readonly last?: 'drop' | 'keep';
    readonly signal?: AbortSignal;
  },
): Batches<Batched<R>> {
  const { size, shuffle, epochs = Number.POSITIVE_INFINITY, last = 'drop', signal } = options;
  expectInteger('stream', 'size', size, 1);
  if (shuffle) expectInteger('stream', 'shuffle.buffer', shuffle.buffer, 1);
  if (epochs !== Number.POSITIVE_INFINITY) expectInteger('stream', 'epochs', epochs, 0);
  let perEpoch: number | undefined; // known once an epoch has been seen to its end

  async function* open(cursor: number): AsyncGenerator<Batched<R>, void, undefined> {
    let before = cursor; // batches still to pass over
    for (let epoch = 0; epoch < epochs; epoch++) {
      if (perEpoch !== undefined && perEpoch <= before) {
        before -= perEpoch;
        continue;
      }
      const order = shuffle && { buffer: shuffle.buffer, key: fold(shuffle.key, epoch) };
      const examples = order ? shuffled(reading(source, signal), order) : reading(source, signal);
      let rows: Rows<R> | undefined;
      let seen = 0;
      for await (const example of examples) {
        signal?.throwIfAborted();
        rows ??= rowsLike(example);
        const number = seen++;
        if (number < before * size) continue;
        rows.push(example, number);
        if (rows.count === size) yield rows.take();
      }
      if (rows && rows.count > 0 && last === 'keep') yield rows.take();
      perEpoch = last === 'keep' ? Math.ceil(seen / size) : Math.floor(seen / size);
      if (perEpoch === 0) {
        throw new GenaiError(
          `stream: the source gave ${seen} examples, which make no batch of ${size}. Pass a smaller size or a source that gives examples each time it is opened.`,
        );
      }
      before = Math.max(0, before - perEpoch);
    }
  }
  return loader(open as (cursor: number) => AsyncGenerator<Tree<Tensor>, void, undefined>) as Batches<Batched<R>>;
}

/** The examples of a source opened anew; closes it however the reading ends. */
async function* reading<R>(source: Source<R>, outer: AbortSignal | undefined): AsyncGenerator<R, void, undefined> {
  outer?.throwIfAborted();
  const inner = new AbortController();
  let state: 'idle' | 'asking' | 'over' = 'idle';
  let giveUp: (reason: unknown) => void = () => undefined;
  const onAbort = (): void => {
    inner.abort(outer?.reason);
    giveUp(outer?.reason);
  };
  outer?.addEventListener('abort', onAbort, { once: true });
  let iterator: AsyncIterator<R> | Iterator<R> | undefined;
  try {
    const opened = source(inner.signal);
    iterator = Symbol.asyncIterator in opened ? opened[Symbol.asyncIterator]() : opened[Symbol.iterator]();
    while (true) {
      state = 'asking';
      const next = await new Promise<IteratorResult<R>>((resolve, reject) => {
        giveUp = reject;
        Promise.resolve(iterator!.next()).then(resolve, reject);
      });
      state = next.done ? 'over' : 'idle';
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (!outer?.aborted) state = 'over'; // the source itself failed, and is closed by that
    throw error;
  } finally {
    outer?.removeEventListener('abort', onAbort);
    if (state !== 'over') {
      inner.abort(new DOMException('The examples are no longer wanted.', 'AbortError'));
      const closing = Promise.resolve(iterator?.return?.());
      // A source stuck in `next` does not answer `return` either: do not wait for it.
      if (state === 'asking') closing.catch(() => undefined);
      else await closing;
    }
  }
}

/** The same examples, permuted within blocks; the first block has a random length from 1 to `buffer`. */
async function* shuffled<R>(
  examples: AsyncIterable<R>,
  { buffer, key }: { readonly buffer: number; readonly key: Key },
): AsyncGenerator<R, void, undefined> {
  let block = 0;
  let length = randomIntegers(fold(key, 0), 1, { min: 1, max: buffer + 1 })[0]!;
  let held: R[] = [];
  const drain = function* (): Generator<R, void, undefined> {
    for (const i of randomPermutation(fold(key, ++block), held.length)) yield held[i]!;
    held = [];
    length = buffer;
  };
  for await (const example of examples) {
    held.push(example);
    if (held.length === length) yield* drain();
  }
  yield* drain();
}
