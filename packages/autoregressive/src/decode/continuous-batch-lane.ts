import { GenaiError, key, leaves, mapTrees, type Tree } from '@genai/core';
import { gather, scope } from '@genai/tensor';
import { concat, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { roomFor } from './continuous-batch-room.js';
import { disposeBut, type LaneStep, laneStep } from './state-lane.js';

/** The state of one row that is to join others, and how many tokens it has room for. */
export type JoiningState<S> = { readonly state: S; readonly room: number };

/**
 * Rows that join and leave while they are moved on together. What it holds for steps, recordings among it, is kept while it has no rows.
 */
export class BatchLane<P extends Tree<Tensor>, S extends Tree<Tensor>, C> {
  readonly #model: TokenModel<P, S, C>;
  readonly #params: P;
  #forSteps: P | undefined;
  #step: LaneStep<P, S> | undefined;
  #state: S | undefined;
  #room = 0;
  #steps = 0;

  constructor(model: TokenModel<P, S, C>, params: P) {
    this.#model = model;
    this.#params = params;
  }

  /**
   * Goes on with the rows at these places and, behind them, those that join, whose states it takes over; filled up with copies of the
   * first to `size` rows, whose tokens do not matter.
   *
   * @throws GenaiError if the states do not fit together.
   */
  readonly arrange = (kept: readonly number[], joining: readonly JoiningState<S>[], size: number): void => {
    const room = Math.max(this.#room, ...joining.map((other) => other.room));
    const known = this.#state === undefined ? [] : [{ state: this.#state, room: this.#room }];
    this.#state = undefined;
    const states = [...known, ...joining];
    try {
      const rows = known.length > 0 ? rowsOf(known[0]!.state) : 0;
      const places = [...kept, ...joining.map((_, i) => rows + i)];
      const chosen = Array.from({ length: size }, (_, place) => places[place] ?? places[0]!);
      this.#state = scope(() => {
        const roomy = states.map((other) => this.#withRoom(other, room));
        expectFit(roomy);
        const indices = tensor1d(Int32Array.from(chosen), 'int32');
        // Leaf by leaf, so that never more than one of them is there twice.
        const below = (...parts: (Tensor | undefined)[]): Tensor =>
          scope(() => gather(concat(parts as Tensor[], 0), indices));
        return { made: mapTrees<Tensor, S>(below, ...(roomy as [S, ...S[]])) };
      }).made;
      this.#room = room;
    } finally {
      for (const { state } of states) disposeBut(state, this.#state ?? {});
      if (!this.#state) this.#room = 0;
    }
  };

  /** (rows) tokens to (rows, vocabulary) logits of those after them, which are the caller's. `behind` tokens at most are behind a row. */
  readonly step = (tokens: Int32Array, behind: number): Tensor => {
    this.#makeRoom(behind + 1);
    this.#forSteps ??= this.#model.forSteps?.(this.#params) ?? this.#params;
    this.#step ??= laneStep(this.#model);
    const x = tensor1d(tokens, 'int32'); // (rows)
    try {
      // Keys that differ, as in StateLane: a recording can then tell them from other numbers.
      const made = this.#step.run({ params: this.#forSteps, state: this.#state!, tokens: x }, key(this.#steps++));
      this.#replace(made.state);
      return made.logits;
    } finally {
      x.dispose();
    }
  };

  /** Lets all rows go. */
  readonly clear = (): void => {
    if (this.#state) disposeBut(this.#state, {});
    this.#state = undefined;
    this.#room = 0;
  };

  readonly dispose = (): void => {
    this.clear();
    this.#step?.dispose();
    if (this.#forSteps) disposeBut(this.#forSteps, this.#params);
    this.#step = this.#forSteps = undefined;
  };

  #makeRoom(tokens: number): void {
    if (!this.#model.reserve || tokens <= this.#room) return;
    this.#room = roomFor(tokens, this.#model.longest);
    this.#replace(this.#model.reserve(this.#state!, this.#room));
  }

  #replace(state: S): void {
    disposeBut(this.#state!, state);
    this.#state = state;
  }

  /** Inside `scope`: the state itself, or a wider one. */
  #withRoom({ state, room: has }: JoiningState<S>, room: number): S {
    return this.#model.reserve && has < room ? this.#model.reserve(state, room) : state;
  }
}

function rowsOf(state: Tree<Tensor>): number {
  return leaves<Tensor>(state)[0]?.[1].shape[0] ?? 0;
}

/** Rows can stand below each other if all else is the same. */
function expectFit(states: readonly Tree<Tensor>[]): void {
  const [first, ...others] = states.map((state) =>
    leaves<Tensor>(state)
      .map(([path, { shape, dtype }]) => `${path} [rows, ${shape.slice(1).join(', ')}] ${dtype}`)
      .join('; '),
  );
  const other = others.find((form) => form !== first);
  if (other === undefined) return;
  throw new GenaiError(
    `continuousBatch: the states of two sequences do not fit below each other: ${first} and ${other}. ` +
      'Give the model a state whose form does not depend on the tokens behind, or `reserve`.',
  );
}
