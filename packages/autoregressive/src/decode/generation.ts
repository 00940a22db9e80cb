import { GenaiError } from '@genai/core';

/**
 * Why a sequence ended: the model drew its end token; a stop sequence was drawn; the steps were used up; the sequence is as long
 * as the model allows; the constraint is satisfied and lets nothing follow; or the loop over it was left.
 */
export type Stopped = 'end' | 'stop' | 'steps' | 'longest' | 'constraint' | 'left';

/** A sequence that was drawn. */
export interface Generated {
  /** The tokens drawn, without the prompt, the end token or the stop sequence. */
  readonly tokens: readonly number[];
  /** log p of each of them under the model, in nats: before constraint and warps, after guidance. */
  readonly logProbs: readonly number[];
  /** The sum, that of the end token or the stop sequence included. */
  readonly logProb: number;
  readonly stopped: Stopped;
}

/**
 * Drawing that has not begun: it runs while somebody takes from it, by one loop, one stream or `result`, and holds nothing before or
 * after. Leaving the loop frees everything.
 */
export interface Generation<T = number, R = Generated> extends AsyncIterable<T> {
  /** All of it. Alone it draws; beside a loop or a stream it settles when that ends, also when it is left. */
  readonly result: Promise<R>;
  /** The same as a stream, which draws when it is read; cancelling it leaves. */
  readonly toReadableStream: () => ReadableStream<T>;
}

/** What a {@link Generation} does. */
export interface Source<T, R> {
  /** Begins; frees what it made however it ends. */
  readonly run: () => AsyncGenerator<T, void, void>;
  /** What has come of it so far. */
  readonly result: () => R;
}

/** @throws GenaiError, when used, if there is a second consumer. */
export function lazyGeneration<T, R>(where: string, source: Source<T, R>): Generation<T, R> {
  let consumer: string | undefined;
  let resolve!: (result: R) => void;
  let reject!: (reason: unknown) => void;
  const result = new Promise<R>((...both) => {
    [resolve, reject] = both;
  });
  result.catch(() => undefined); // a loop tells its own error; nobody need ask here too

  const open = (by: string): AsyncIterator<T, void> & { readonly return: () => Promise<IteratorResult<T, void>> } => {
    if (consumer) {
      throw new GenaiError(
        `${where}: ${by} asks for what ${consumer} takes already. Take from one of the two, or call ${where} again with the same key.`,
      );
    }
    consumer = by;
    const values = source.run();
    const watch = async (next: Promise<IteratorResult<T, void>>): Promise<IteratorResult<T, void>> => {
      try {
        const got = await next;
        if (got.done) resolve(source.result());
        return got;
      } catch (error) {
        reject(error);
        throw error;
      }
    };
    return { next: () => watch(values.next()), return: () => watch(values.return()) };
  };

  return {
    [Symbol.asyncIterator]: () => open('a loop'),
    get result() {
      if (!consumer) drain(open('`result`'));
      return result;
    },
    toReadableStream: () => {
      const values = open('a stream');
      return new ReadableStream<T>(
        {
          pull: async (controller) => {
            const { done, value } = await values.next();
            if (done) controller.close();
            else controller.enqueue(value);
          },
          cancel: async () => void (await values.return()),
        },
        { highWaterMark: 0 }, // nothing runs before it is read
      );
    },
  };
}

/** Takes everything; the error, if there is one, is told elsewhere. */
async function drain(values: AsyncIterator<unknown, void>): Promise<void> {
  try {
    while (!(await values.next()).done);
  } catch {}
}
