import { breathe, type CannotCaptureError, fold, GenaiError, type Snapshot, type Step, type Tree } from '@genai/core';
import { scope, toCurrentBackend } from '@genai/tensor';
import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { batchHere } from './batch-here.js';
import { BatchReader } from './batch-reader.js';
import { disposedBy } from './disposed-by.js';
import { badLoss, notFinitePaths } from './guard.js';
import { type Move, Mover } from './mover.js';
import { NotFiniteError } from './not-finite-error.js';
import { release } from './release.js';
import type { Progress, Run } from './run.js';
import type { TrainOptions } from './train.js';

type Scalars<M extends string> = { readonly [name in M]: Tensor };
type Numbers<M extends string> = { readonly [name in M]: number };

/** A move that was made but not yet told. */
type Flight<S, B> = Omit<Move<S>, 'state'> & { state: S; readonly batch: B };

/** Engines whose reads take time, in which they can make the next move. */
const READS_LATER: readonly string[] = ['webgl', 'webgpu'];

/**
 * The run that `train` gives.
 *
 * It owns its state and the flights beyond it; whatever ends a loop leaves exactly the state alive. Because a step is
 * pure, a flight may be dropped at any time and made again.
 */
export class Training<S extends Tree<Tensor>, B, M extends string> implements Run<S, M> {
  readonly #mover: Mover<S, B>;
  readonly #options: TrainOptions<S, B>;
  readonly #reader: BatchReader<B>;
  #state: S | undefined;
  #step: number;
  #cursor: number;
  /** Moves beyond the state, oldest first: one, or two while looking ahead. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  #flights: Flight<S, B>[] = [];
  #engine: string;
  #swapped = false;
  #iterating = false;
  #milliseconds = 0;

  constructor(move: Step<S, B, Scalars<M>>, options: TrainOptions<S, B>) {
    const { from, key, data, guard = true, capture = 'auto' } = options;
    this.#mover = new Mover<S, B>(move, guard, capture);
    this.#options = options;
    this.#state = from ? from.state : scope(() => ({ state: move.init(fold(key, 0)) })).state;
    this.#step = from ? from.step : 0;
    this.#cursor = from ? from.cursor : 0;
    this.#reader = new BatchReader(data, this.#cursor);
    this.#engine = getBackend();
    disposedBy(this, () => this.#dispose());
  }

  get state(): S {
    return this.#state ?? gone();
  }

  get step(): number {
    return this.#step;
  }

  get captured(): boolean | CannotCaptureError {
    return this.#mover.captured;
  }

  readonly snapshot = (): Snapshot<S> => ({
    step: this.#step,
    key: this.#options.key,
    cursor: this.#cursor,
    state: this.state,
  });

  async *[Symbol.asyncIterator](): AsyncGenerator<Progress<S, M>, void, void> {
    if (!this.#state) gone();
    if (this.#iterating) throw new GenaiError('train: the run is being iterated already. Leave that loop first.');
    const { steps, signal, yieldEvery = 16, ahead = READS_LATER.includes(getBackend()) ? 1 : 0 } = this.#options;
    const start = performance.now() - this.#milliseconds;
    let breath = performance.now();
    let failed = false;
    this.#iterating = true;
    try {
      while (this.#step < steps) {
        signal?.throwIfAborted();
        await this.#followEngine();
        const flight = this.#flights[0] ?? (await this.#launch());
        if (!flight) return;
        const reading = read(flight);
        reading.catch(() => undefined); // it is awaited below, perhaps after it has failed
        // Pure steps repeat themselves: what fails ahead of its turn fails again when its turn comes.
        if (ahead && this.#step + 1 < steps) await this.#launch().catch(() => undefined);
        const { metrics, finite } = await reading;
        await this.#land(flight, metrics, finite);
        this.#milliseconds = performance.now() - start;
        yield {
          step: this.#step,
          state: this.state,
          metrics: metrics as Numbers<M>,
          seconds: this.#milliseconds / 1000,
        };
        if (!this.#state) return;
        if (performance.now() - breath >= yieldEvery) {
          await breathe();
          breath = performance.now();
        }
      }
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      this.#iterating = false;
      this.#milliseconds = performance.now() - start;
      this.#discard();
      if (this.#step >= steps) this.#mover.dispose();
      const closed = this.#step < steps ? this.#reader.pause() : this.#reader.close();
      await (failed ? closed.catch(() => undefined) : closed); // the first error is the one to tell
    }
  }

  async #dispose(): Promise<void> {
    const state = this.#state;
    if (!state) return;
    this.#discard();
    this.#mover.dispose();
    this.#state = undefined;
    release(state);
    await this.#reader.close();
  }

  /** Makes the move after the last flight (or the state); undefined when the data have ended. */
  async #launch(): Promise<Flight<S, B> | undefined> {
    const { key, signal } = this.#options;
    const beyond = this.#flights.length;
    const found = await this.#reader.at(this.#cursor + beyond, signal);
    if (!found) return undefined;
    const { batch } = found;
    // A loader may still hold batches that it made on the engine before.
    const here = this.#swapped ? await batchHere(batch) : batch;
    try {
      const before = this.#flights.at(-1)?.state ?? this.state;
      const flight = { ...this.#mover.make(before, here, fold(key, this.#step + beyond + 1)), batch };
      this.#flights.push(flight);
      return flight;
    } finally {
      if (here !== batch) release(here as Tree<Tensor>, batch as Tree<Tensor>);
    }
  }

  /** Makes the state of the first flight that of the run, unless the guard refuses it. */
  async #land(flight: Flight<S, B>, metrics: Numbers<string>, finite: boolean): Promise<void> {
    const { guard = true } = this.#options;
    if (guard && (!finite || badLoss(metrics))) {
      const paths = await notFinitePaths(flight.state);
      // Without either, a sum of finite numbers overflowed in the probe.
      if (paths.length > 0 || badLoss(metrics)) {
        const current = this.#flights.length === 1; // else the loader may have freed the batch
        const batchPaths = current ? await notFinitePaths(flight.batch as Tree<Tensor>).catch(() => []) : [];
        throw new NotFiniteError({ step: this.#step + 1, metrics, paths, batchPaths });
      }
    }
    const before = this.state;
    this.#flights.shift();
    flight.packed?.dispose();
    this.#state = flight.state;
    this.#step++;
    this.#cursor++;
    release(before, flight.state);
  }

  /** Moves what the run holds to the engine that the application has chosen since the last move. */
  async #followEngine(): Promise<void> {
    const engine = getBackend();
    if (engine === this.#engine) return;
    const old: readonly Tree<Tensor>[] = [this.state, ...this.#flights.map(({ state }) => state)];
    const moved = await toCurrentBackend(old);
    release(old, moved);
    if (!this.#state) return release(moved); // disposed meanwhile
    this.#state = moved[0] as S;
    for (const [i, flight] of this.#flights.entries()) flight.state = moved[i + 1] as S;
    this.#engine = engine;
    this.#swapped = true;
  }

  #discard(): void {
    for (const { state, packed } of this.#flights.splice(0)) {
      packed?.dispose();
      release(state, this.#state ?? {});
    }
  }
}

function gone(): never {
  throw new GenaiError('train: the run was disposed, and its state with it. Read or save it before that.');
}

/** The numbers of a move. The read is asked for at once and may be awaited later. */
async function read<S, B>({ names, packed }: Flight<S, B>): Promise<{ metrics: Numbers<string>; finite: boolean }> {
  const numbers = packed ? await packed.data() : [];
  const metrics = Object.fromEntries(names.map((name, i) => [name, numbers[i]!]));
  return { metrics, finite: names.length === numbers.length || Number.isFinite(numbers[names.length]) };
}
