/**
 * All contestants in one run: in a round each trains for a slice of time, in turn, so that after n rounds all have had the same. Who
 * took longer than its share, to warm up or because a move is long, waits until the others have had as much.
 */
import { fold, type Key, key, type Snapshot, type Step, type Tree } from '@genai/core';
import type { Toy } from '@genai/data';
import { type Run, train, type Watchable } from '@genai/train';
import { type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { CONTESTANTS, type Each, each, SLICE } from './contestants.js';
import { type Entry, MODELS } from './models.js';

/** The states of all, and where each stands: (contestants, 3), its moves, batches and seconds. */
export type SideState = { readonly runs: Each<Tree<Tensor>>; readonly stands: Tensor };

/** One contestant under way. */
interface Going {
  readonly entry: Entry;
  readonly run: Run<Tree<Tensor>>;
  readonly moves: AsyncIterator<unknown>;
  seconds: number;
}

export class SideRun implements Watchable {
  /** Rounds made. */
  step = 0;
  readonly #seed: number;
  readonly #going: Each<Going>;
  #stands: Tensor | undefined;

  private constructor(seed: number, going: Each<Going>, step: number) {
    this.#seed = seed;
    this.#going = going;
    this.step = step;
  }

  /** A run that begins, or that goes on from a snapshot, whose tensors it takes over. */
  static async of(toy: Toy, seed: number, signal: AbortSignal, from?: Snapshot<SideState>): Promise<SideRun> {
    const stands = await from?.state.stands.data<'float32'>();
    from?.state.stands.dispose();
    const going = each((name, i): Going => {
      const entry = MODELS[name](toy, fold(key(seed), 1 + i));
      const runKey = keyOf(seed, i);
      const [moves = 0, cursor = 0, seconds = 0] = stands?.subarray(3 * i, 3 * i + 3) ?? [];
      const start = from && { step: moves, cursor, key: runKey, state: from.state.runs[name] };
      const steps = Number.POSITIVE_INFINITY;
      const run = train(entry.step, { data: entry.data, steps, key: runKey, from: start, signal });
      return { entry, run, moves: run[Symbol.asyncIterator](), seconds };
    });
    return new SideRun(seed, going, from?.step ?? 0);
  }

  /** What a checkpoint of `toy` is read by: its form. */
  static form(toy: Toy): Pick<Step<SideState, never, unknown>, 'init'> {
    return {
      init: (k) => ({
        runs: each((name, i) => MODELS[name](toy, k).step.init(fold(k, i))),
        stands: zeros([CONTESTANTS.length, 3]),
      }),
    };
  }

  /** A contestant: its model, its state, which is the run's own, the moves that it made and the seconds that they took. */
  at(name: (typeof CONTESTANTS)[number]): Pick<Going, 'entry' | 'seconds'> & Pick<Going['run'], 'state' | 'step'> {
    const { entry, run, seconds } = this.#going[name];
    return { entry, seconds, state: run.state, step: run.step };
  }

  get captured(): boolean {
    return CONTESTANTS.every((name) => this.#going[name].run.captured === true);
  }

  readonly snapshot = (): Snapshot<SideState> => {
    const taken = each((name) => this.#going[name].run.snapshot());
    const rows = CONTESTANTS.map((name) => [taken[name].step, taken[name].cursor, this.#going[name].seconds]);
    this.#stands?.dispose();
    this.#stands = tensor2d(rows);
    const runs = each((name) => taken[name].state);
    return { step: this.step, cursor: 0, key: key(this.#seed), state: { runs, stands: this.#stands } };
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<{
    readonly step: number;
    readonly metrics: { readonly milliseconds: number };
    readonly seconds: number;
  }> {
    for (;;) {
      const since = performance.now();
      const due = SLICE * (this.step + 1);
      for (const name of CONTESTANTS) {
        const going = this.#going[name];
        while (going.seconds < due) {
          const began = performance.now();
          await going.moves.next();
          going.seconds += (performance.now() - began) / 1000;
        }
      }
      this.step++;
      const milliseconds = performance.now() - since;
      yield { step: this.step, metrics: { milliseconds }, seconds: milliseconds / 1000 };
    }
  }
}

function keyOf(seed: number, i: number): Key {
  return fold(key(seed), 1 + CONTESTANTS.length + i);
}
