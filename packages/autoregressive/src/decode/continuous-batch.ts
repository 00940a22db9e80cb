import { expectIntegers, GenaiError, type Key, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { BatchRow, type DrawnToken } from './continuous-batch-row.js';
import { type BatchLoad, BatchScheduler } from './continuous-batch-scheduler.js';
import { type DrawOptions, drawRules } from './draw-rules.js';
import { DrawnSequence } from './drawn-sequence.js';
import { fedTokens, mostDrawn } from './fed-tokens.js';
import type { ContextOption } from './generate.js';
import { type Generation, lazyGeneration } from './generation.js';
import { QueueFullError } from './queue-full-error.js';

/** What {@link continuousBatch} can vary. */
export interface ContinuousBatchOptions {
  /** How many sequences are moved on at once. Default 8. */
  readonly slots?: number;
  /** How many more requests may wait. Default 64. */
  readonly queue?: number;
  /** How many tokens of prompts are fed between two steps of those that draw: fewer hold them up less. Default 128. */
  readonly chunk?: number;
  /** How many tokens nobody has taken a sequence may draw before it waits for its reader. Default 256. */
  readonly buffer?: number;
  /** The most tokens a sequence may have, begin token and prompt included; fewer than the model's own `longest` save memory. */
  readonly longest?: number;
}

/** One sequence to be drawn: {@link DrawOptions} as `generate` takes them, and where it goes on from. */
export type BatchRequest<C = void, A = unknown> = DrawOptions<A> & {
  /** The tokens to go on from. Default: none, for a model with a begin token. */
  readonly prompt?: ArrayLike<number> | undefined;
  /** Where the randomness comes from. */
  readonly key: Key;
  /** Ends it: its reader is given the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Of each token, how many of the likeliest in its place are told. Default 0. */
  readonly topLogProbs?: number | undefined;
} & ContextOption<C>;

/** Sequences that are drawn together, each asked for by itself: see {@link continuousBatch}. Disposing it aborts. */
export interface ContinuousBatch<C = void> extends AsyncDisposable {
  /**
   * A sequence as `generate` draws it, with the log-probability of each token. It begins when somebody takes from it.
   *
   * @throws GenaiError at once if an option is out of range. While drawing: QueueFullError if there are too many already; else as `generate`.
   */
  readonly generate: <A = unknown>(request: BatchRequest<C, A>) => Generation<DrawnToken>;
  readonly load: BatchLoad;
  /** Takes no more requests, and frees everything when those there are have ended. */
  readonly close: () => Promise<void>;
  /** Takes no more requests, ends those there are with the reason, and frees everything. */
  readonly abort: (reason?: unknown) => Promise<void>;
}

/**
 * Draws many sequences at once that come and go: one step of the model moves all of them on, so that many cost little more than one.
 *
 * Each is what `generate` draws with the same options, to rounding. A new one is fed its prompt in chunks between the steps of the others
 * and joins them; the rows are as many as the next power of two above, so that there are few shapes to capture. One that
 * ends, fails, is left or aborted leaves its slot before the next step. One whose reader does not take what was drawn gives its slot
 * back, too, and is fed again what it had when the reader has caught up. Parameters must live until the batch is closed, a context until
 * the first token.
 *
 * @example
 * await using batch = continuousBatch(model, params, { slots: 16 });
 * const replies = prompts.map((prompt, i) => batch.generate({ prompt, steps: 100, key: fold(key(1), i) }).result);
 * for await (const { token, logProb } of batch.generate({ prompt, steps: 100, key: key(2), signal })) write(decode([token]), logProb);
 * @throws GenaiError if an option is out of range.
 * @source Yu et al. 2022, "Orca: A distributed serving system for transformer-based generative models", section 4.1; prompts in chunks
 * as in Agrawal et al. 2023, "SARATHI".
 */
export function continuousBatch<P extends Tree<Tensor>, S extends Tree<Tensor>, C = void>(
  model: TokenModel<P, S, C>,
  params: P,
  options: ContinuousBatchOptions = {},
): ContinuousBatch<C> {
  const { slots = 8, queue = 64, chunk = 128, buffer = 256 } = options;
  const longest = Math.min(options.longest ?? Number.POSITIVE_INFINITY, model.longest ?? Number.POSITIVE_INFINITY);
  expectIntegers(WHERE, { slots, chunk, buffer, ...(options.longest !== undefined && { longest: options.longest }) });
  expectIntegers(WHERE, { queue }, 0);
  const limited: TokenModel<P, S, C> = Number.isFinite(longest) ? { ...model, longest } : model;
  const scheduler = new BatchScheduler(limited, params, { slots, chunk });
  // Sequences draw one after the other: all can work on the same memory.
  const shared = { logits: new Float32Array(model.vocabulary), masses: new Float64Array(model.vocabulary) };
  const { close, abort } = scheduler;

  const expectPlace = (): void => {
    if (scheduler.isClosed) throw new GenaiError(`${WHERE}: it is closed and takes no more requests.`);
    const { running, waiting, paused } = scheduler.load;
    if (running + waiting + paused < slots + queue) return;
    throw new QueueFullError(
      `${WHERE}: ${running + waiting + paused} requests are being drawn or wait already, as many as ${slots} slots and a queue of ` +
        `${queue} take. Ask again later, or make \`queue\` larger.`,
    );
  };

  return {
    generate: (request) => {
      const { prompt = [], key, signal, topLogProbs: top = 0, context } = request;
      const rules = { ...drawRules(WHERE, model, request), ...shared };
      const fed = fedTokens(WHERE, limited, prompt);
      expectIntegers(WHERE, { topLogProbs: top }, 0);
      const sequence = new DrawnSequence(rules, Array.from(prompt), key, mostDrawn(limited, fed.length));
      return lazyGeneration(WHERE, {
        run: async function* () {
          signal?.throwIfAborted();
          expectPlace();
          const row = new BatchRow(sequence, {
            ...{ fed, buffer, top },
            onOver: () => scheduler.remove(row),
            onResume: () => scheduler.add(row, context as C, { first: true }),
          });
          const onAbort = (): void => row.fail(signal?.reason);
          signal?.addEventListener('abort', onAbort, { once: true });
          try {
            row.start();
            if (!row.isOver) scheduler.add(row, context as C);
            yield* row.read();
          } finally {
            signal?.removeEventListener('abort', onAbort);
          }
        },
        result: sequence.result,
      });
    },
    get load() {
      return scheduler.load;
    },
    close,
    abort,
    [Symbol.asyncDispose]: () => abort(),
  };
}

const WHERE = 'continuousBatch';
