import type { Batches } from '@genai/core';

/** Where batches may come from. */
export type BatchSource<B> = Iterable<B> | AsyncIterable<B> | Batches<B>;

/**
 * Reads batches by their number, with one of them current: it may be asked for again, then the next.
 *
 * A source that is its own iterator (a generator, a stream) can be read only once and stays open over a pause; any other
 * is closed and opened again: `Batches` at the right place, plain iterables from their start, skipping what was used.
 */
export class BatchReader<B> {
  readonly #source: BatchSource<B>;
  readonly #start: number;
  #iterator: Iterator<B> | AsyncIterator<B> | undefined;
  #number: number;
  #current: Promise<IteratorResult<B>> | undefined;
  #pending = false;

  /** `start` is the number of the first batch that a plain iterable gives. */
  constructor(source: BatchSource<B>, start: number) {
    this.#source = source;
    this.#start = start;
    this.#number = start - 1;
  }

  /** Batch `number`, at least that of the last call; undefined once the source is exhausted, or closed meanwhile. */
  async at(number: number, signal: AbortSignal | undefined): Promise<{ readonly batch: B } | undefined> {
    this.#iterator ??= this.#open(number);
    const iterator = this.#iterator;
    for (;;) {
      if (this.#current) {
        const result = await unlessAborted(this.#current, signal);
        if (result.done || this.#iterator !== iterator) return undefined;
        if (this.#number >= number) return { batch: result.value };
      }
      this.#advance(iterator);
    }
  }

  /** Closes a source that can be opened again. */
  async pause(): Promise<void> {
    if (!isItsOwnIterator(this.#source)) await this.close();
  }

  /** Closes the source, so that it frees its batch. */
  async close(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    this.#current = undefined;
    this.#number = this.#start - 1;
    const closed = Promise.resolve(iterator?.return?.());
    // A generator answers only after the batch it is still making, which an aborted run shall not wait for.
    if (this.#pending) closed.catch(() => undefined);
    else await closed;
  }

  #open(number: number): Iterator<B> | AsyncIterator<B> {
    const source = this.#source;
    if ('from' in source && typeof source.from === 'function') {
      this.#number = number - 1;
      return source.from(number)[Symbol.asyncIterator]();
    }
    return iteratorOf(source);
  }

  #advance(iterator: Iterator<B> | AsyncIterator<B>): void {
    const settled = (): void => {
      this.#pending = false;
    };
    this.#pending = true;
    this.#number++;
    this.#current = (async () => iterator.next())();
    this.#current.then(settled, settled);
  }
}

function iteratorOf<B>(source: Iterable<B> | AsyncIterable<B>): Iterator<B> | AsyncIterator<B> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

function isItsOwnIterator(source: object): boolean {
  return 'next' in source && typeof source.next === 'function';
}

/** The promise's outcome, or a rejection with the signal's reason as soon as it aborts. */
async function unlessAborted<R>(promise: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return promise;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
