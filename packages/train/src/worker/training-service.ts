import { GenaiError, type Snapshot, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { asyncDispose } from '../disposed-by.js';
import type { Handlers, JobContext, Watchable } from './job.js';
import type { Ask, FromWorker, Start, ToWorker } from './messages.js';
import { buffersOf, fromPlain, type Plain, toPlain } from './plain.js';
import { fromPlainError, toPlainError } from './plain-error.js';
import { transferred } from './transfer.js';
import { connect, type Link, type WorkerLike } from './worker-like.js';
import type { WorkerProgress } from './worker-run.js';

interface ServedJob<I, R extends Watchable> {
  readonly setup: (input: I, context: JobContext) => R | Promise<R>;
  readonly handlers: Handlers<R>;
}

/**
 * The worker's side: makes moves as far as they are asked for, and answers between them.
 *
 * One loop does everything in turn (`#serve`); messages only leave notes for it and wake it.
 */
export class TrainingService<I, R extends Watchable> {
  readonly #job: ServedJob<I, R>;
  readonly #port: WorkerLike;
  readonly #abort = new AbortController();
  readonly #asks: Ask[] = [];
  #link: Link | undefined;
  #run: R | undefined;
  /** Why there is no run. */
  #failure: unknown;
  #upTo = 0;
  #paused = false;
  #closing = false;
  #wake: () => void = () => {};
  #batch: WorkerProgress[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(job: ServedJob<I, R>, port: WorkerLike) {
    this.#job = job;
    this.#port = port;
  }

  open(): void {
    this.#link = connect(
      this.#port,
      (message) => this.#receive(message as ToWorker),
      () => this.#close(),
    );
    this.#post({ type: 'ready' });
  }

  #receive(message: ToWorker): void {
    if (message.type === 'start') {
      this.#upTo = message.upTo;
      this.#paused = message.paused;
      void this.#serve(message);
    } else if (message.type === 'ask') this.#asks.push(message);
    else if (message.type === 'demand') this.#upTo = message.upTo;
    else if (message.type === 'abort') this.#abort.abort(fromPlainError(message.reason));
    else if (message.type === 'ping') this.#post({ type: 'pong' });
    else this.#close();
    this.#wake();
  }

  #close(): void {
    this.#closing = true;
    this.#abort.abort();
    this.#wake();
  }

  async #serve(start: Start): Promise<void> {
    try {
      await this.#train(start);
      this.#flush();
      this.#post({ type: 'ended' });
    } catch (error) {
      this.#failure = error;
      this.#flush();
      this.#post({ type: 'failed', error: toPlainError(error) });
    }
    while (!this.#closing) {
      await this.#answerAll();
      if (!this.#closing) await this.#woken();
    }
    try {
      await this.#run?.[asyncDispose()]?.();
    } catch {
      // Whoever asked is leaving, and the worker ends with all that it holds.
    }
    this.#post({ type: 'closed' });
  }

  async #train({ input, from, told, checkpointEvery, coalesce }: Start): Promise<void> {
    const { signal } = this.#abort;
    const run = await this.#job.setup(input as I, {
      from: <S extends Tree<Tensor>>() => from && fromPlain(from as Snapshot<Plain<S>>),
      signal,
    });
    this.#run = run;
    expectToGoOn(run, from);
    const { steps = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = checkpointEvery ?? {};
    if (checkpointEvery && !run.snapshot) throw noSnapshots();
    let step = from?.step ?? 0;
    let kept = { step, at: performance.now() };
    const iterator = run[Symbol.asyncIterator]();
    try {
      for (;;) {
        signal.throwIfAborted();
        if (step >= told) await this.#turn(step);
        const { done, value } = await iterator.next();
        if (done) return;
        step = value.step;
        if (step > told) this.#tell({ step, metrics: value.metrics, seconds: value.seconds }, coalesce);
        if (step - kept.step >= steps || performance.now() - kept.at >= 1000 * seconds) {
          await this.#keep(run);
          kept = { step, at: performance.now() };
        }
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Between two moves: answers, and waits until another move is wanted. */
  async #turn(step: number): Promise<void> {
    for (;;) {
      await this.#answerAll();
      this.#abort.signal.throwIfAborted();
      if (!this.#paused && step < this.#upTo) return;
      this.#flush();
      await this.#woken();
    }
  }

  async #answerAll(): Promise<void> {
    for (let ask = this.#asks.shift(); ask; ask = this.#asks.shift()) {
      const { id } = ask;
      try {
        const value = await this.#answer(ask);
        const buffers = ask.what === 'snapshot' ? buffersOf(value as Snapshot<unknown>) : transferred(value);
        this.#flush();
        this.#post({ type: 'answer', id, value }, buffers);
      } catch (error) {
        this.#post({ type: 'refusal', id, error: toPlainError(error) });
      }
    }
  }

  async #answer({ what, name, args }: Ask): Promise<unknown> {
    if (what === 'pause' || what === 'resume') {
      this.#paused = what === 'pause';
      return undefined;
    }
    const run = this.#run;
    if (!run) throw this.#failure;
    if (what === 'snapshot') return toPlain(snapshotOf(run));
    const { handlers } = this.#job;
    if (!Object.hasOwn(handlers, name)) {
      const known = Object.keys(handlers).join(', ') || 'none';
      throw new GenaiError(`call: the worker has no handler "${name}", its handlers are: ${known}.`);
    }
    return handlers[name]!(run, ...(args as never[]));
  }

  #tell(progress: WorkerProgress, coalesce: number): void {
    this.#batch.push(progress);
    if (coalesce <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), coalesce);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length > 0) this.#post({ type: 'progress', told: this.#batch.splice(0) });
  }

  async #keep(run: R): Promise<void> {
    const snapshot = await toPlain(snapshotOf(run));
    this.#flush();
    this.#post({ type: 'checkpoint', snapshot }, buffersOf(snapshot));
  }

  #post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#link?.post(message, transfer);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function expectToGoOn(run: Watchable, from: Snapshot<unknown> | undefined): void {
  if (!from || run.step === undefined || run.step === from.step) return;
  throw new GenaiError(
    `serveTraining: the run that setup returned stands at step ${run.step}, the snapshot to go on from at step ${from.step}. ` +
      'Pass `from: from()` to train.',
  );
}

function snapshotOf(run: Watchable): Snapshot<Tree<Tensor>> {
  if (!run.snapshot) throw noSnapshots();
  return run.snapshot();
}

function noSnapshots(): GenaiError {
  return new GenaiError(
    'serveTraining: what setup returned has no `snapshot`. Return the run of `train`, or Object.assign(stream, { snapshot: run.snapshot }).',
  );
}
