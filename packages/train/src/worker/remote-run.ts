import { GenaiError, type Snapshot } from '@genai/core';
import { disposedBy } from '../disposed-by.js';
import type { AnyJob, ArgumentsOf, MetricsOf, StateOf } from './job.js';
import type { Ask, FromWorker, ToWorker } from './messages.js';
import { PendingAsks } from './pending-asks.js';
import type { Plain } from './plain.js';
import { fromPlainError, toPlainError } from './plain-error.js';
import type { TrainInOptions } from './train-in.js';
import { connect, type Link, type WorkerLike } from './worker-like.js';
import type { WorkerProgress, WorkerRun } from './worker-run.js';

type Settled<J extends AnyJob> = TrainInOptions<J> &
  Required<{ readonly [name in 'window' | 'respawns' | 'coalesce' | 'timeout']: number }>;

/** Milliseconds that a worker is given to free what it holds before it is ended. */
const GRACE = 1000;
/** Questions for a sign of life within the timeout: a machine that has slept finds one of them unanswered, not all. */
const PINGS = 4;

/**
 * The run that `trainIn` gives.
 *
 * All that a worker must know stands in fields here, so that a new one can be told it at once: the last checkpoint, the steps
 * known, the steps wanted, the questions not yet answered.
 */
export class RemoteRun<J extends AnyJob> implements WorkerRun<J> {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #spawn: () => WorkerLike;
  readonly #options: Settled<J>;
  readonly #asks = new PendingAsks();
  readonly #queue: WorkerProgress<MetricsOf<J>>[] = [];
  #link: Link | undefined;
  #ready = false;
  /** The last step that came from a worker, and the last that the loop was given. */
  #received: number;
  #step: number;
  #upTo = 0;
  #checkpoint: Snapshot<Plain<StateOf<J>>> | undefined;
  #paused = false;
  /** Set when no more steps will come. */
  #end: { readonly error?: unknown } | undefined;
  #disposed = false;
  #deaths = 0;
  #iterating = false;
  /** Wakes the loop, if it waits. */
  #wake: (() => void) | undefined;
  /** Seconds of the workers before this one, and of all of them. */
  #secondsBefore = 0;
  #seconds = 0;
  #silence = 0;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #closed: (() => void) | undefined;

  constructor(spawn: () => WorkerLike, options: Settled<J>) {
    this.#spawn = spawn;
    this.#options = options;
    this.#received = options.from?.step ?? 0;
    this.#step = this.#received;
    disposedBy(this, () => this.#dispose());
  }

  /** Starts the worker. */
  open(): void {
    const { signal, timeout } = this.#options;
    this.#start();
    signal?.addEventListener('abort', this.#aborted);
    if (timeout === Number.POSITIVE_INFINITY) return;
    this.#pulse = setInterval(() => this.#listen(), timeout / PINGS);
    if (typeof this.#pulse === 'object') this.#pulse.unref(); // Node
  }

  get step(): number {
    return this.#step;
  }

  get checkpoint(): Snapshot<Plain<StateOf<J>>> | undefined {
    return this.#checkpoint;
  }

  readonly snapshot = (): Promise<Snapshot<Plain<StateOf<J>>>> =>
    this.#ask('snapshot') as Promise<Snapshot<Plain<StateOf<J>>>>;

  readonly call: WorkerRun<J>['call'] = <N extends string>(name: N, ...args: ArgumentsOf<J['handlers'][N]>) =>
    this.#ask('call', name, args) as Promise<never>;

  readonly pause = async (): Promise<void> => {
    this.#paused = true;
    await this.#ask('pause');
  };

  readonly resume = async (): Promise<void> => {
    this.#paused = false;
    await this.#ask('resume');
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<WorkerProgress<MetricsOf<J>>, void, void> {
    if (this.#iterating) throw new GenaiError('trainIn: the run is being iterated already. Leave that loop first.');
    const { signal } = this.#options;
    this.#iterating = true;
    try {
      for (;;) {
        if (this.#disposed) gone();
        signal?.throwIfAborted();
        this.#demand();
        const progress = this.#queue.shift();
        if (progress) {
          this.#step = progress.step;
          yield progress;
          if (this.#disposed) return;
        } else if (this.#end) {
          if ('error' in this.#end) throw this.#end.error;
          return;
        } else {
          await this.#woken();
        }
      }
    } finally {
      this.#iterating = false;
    }
  }

  async #dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#options.signal?.removeEventListener('abort', this.#aborted);
    clearInterval(this.#pulse);
    this.#wake?.();
    this.#asks.rejectAll(new GenaiError('trainIn: the run was disposed before the worker could answer.'));
    if (this.#link && this.#ready) await this.#closing();
    await this.#link?.close();
    this.#link = undefined;
  }

  /** Starts a worker. It is told where to begin when it says that it is ready: what is sent before that may get lost. */
  #start(): void {
    this.#ready = false;
    this.#silence = 0;
    this.#secondsBefore = this.#seconds;
    this.#link = connect(
      this.#spawn(),
      (message) => this.#receive(message as FromWorker),
      (cause) => this.#lost(cause),
    );
    this.#hold();
  }

  #receive(message: FromWorker): void {
    this.#silence = 0;
    if (message.type === 'ready') this.#greet();
    else if (message.type === 'progress') for (const progress of message.told) this.#take(progress);
    else if (message.type === 'checkpoint') this.#checkpoint = message.snapshot as Snapshot<Plain<StateOf<J>>>;
    else if (message.type === 'answer') this.#asks.resolve(message.id, message.value);
    else if (message.type === 'refusal') this.#asks.reject(message.id, fromPlainError(message.error));
    else if (message.type === 'ended') this.#end ??= {};
    else if (message.type === 'failed') this.#end ??= { error: fromPlainError(message.error) };
    else if (message.type === 'closed') this.#closed?.();
    if (message.type !== 'pong') this.#wake?.();
    this.#hold();
  }

  #greet(): void {
    const { input, from, coalesce, checkpointEvery, signal } = this.#options;
    this.#ready = true;
    this.#post({
      type: 'start',
      input,
      from: this.#checkpoint ?? from,
      told: this.#received,
      upTo: this.#upTo,
      paused: this.#paused,
      checkpointEvery,
      coalesce,
    });
    if (signal?.aborted) this.#aborted();
    for (const ask of this.#asks.asks) this.#post(ask);
  }

  #take({ step, metrics, seconds }: WorkerProgress): void {
    if (step <= this.#received) return;
    this.#received = step;
    this.#deaths = 0;
    this.#seconds = this.#secondsBefore + seconds;
    this.#queue.push({ step, metrics: metrics as MetricsOf<J>, seconds: this.#seconds });
  }

  /** Lets the worker go on as far as the window allows; not for each step anew, unless it waits for that. */
  #demand(): void {
    const { window } = this.#options;
    const upTo = this.#step + window;
    if (upTo - this.#upTo < (this.#queue.length === 0 ? 1 : window / 2)) return;
    this.#upTo = upTo;
    this.#post({ type: 'demand', upTo });
  }

  async #ask(what: Ask['what'], name = '', args: readonly unknown[] = []): Promise<unknown> {
    if (this.#disposed) gone();
    if (!this.#link) throw this.#end?.error;
    const { ask, answer } = this.#asks.add(what, name, args);
    this.#post(ask);
    this.#hold();
    return answer;
  }

  readonly #aborted = (): void => {
    this.#post({ type: 'abort', reason: toPlainError(this.#options.signal?.reason) });
    this.#wake?.();
  };

  #listen(): void {
    if (++this.#silence < PINGS) this.#post({ type: 'ping' });
    else this.#lost(new Error(`it gave no sign of life for ${this.#options.timeout} ms`));
  }

  /** Puts a new worker in the place of one that died, unless that leads nowhere. */
  #lost(cause: unknown): void {
    void this.#link?.close();
    this.#link = undefined;
    if (this.#disposed) {
      this.#closed?.();
      return;
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    const over = this.#options.signal?.aborted || (this.#end && 'error' in this.#end);
    if (over || this.#deaths++ >= this.#options.respawns) {
      const count = this.#deaths > 1 ? `${this.#deaths} workers in a row have died` : 'the worker has died';
      const kept = this.#checkpoint ? ` The snapshot of step ${this.#checkpoint.step} is in run.checkpoint.` : '';
      this.#fail(`trainIn: after step ${this.#received}, ${count}: ${why}.${kept}`, cause);
      return;
    }
    try {
      this.#start();
    } catch (error) {
      this.#fail('trainIn: no new worker could be started in the place of one that died.', error);
    }
  }

  #fail(message: string, cause: unknown): void {
    const error = new GenaiError(message, { cause });
    clearInterval(this.#pulse);
    this.#asks.rejectAll(error);
    if (!this.#end || !('error' in this.#end)) this.#end = { error };
    this.#wake?.();
  }

  #closing(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GRACE);
      this.#closed = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#post({ type: 'close' });
    });
  }

  #post(message: ToWorker): void {
    if (this.#ready) this.#link?.post(message);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      this.#hold();
    });
  }

  /** Keeps the process alive while somebody waits for the worker. */
  #hold(): void {
    this.#link?.hold(this.#wake !== undefined || this.#asks.size > 0);
  }
}

function gone(): never {
  throw new GenaiError('trainIn: the run was disposed, and its worker with it.');
}
