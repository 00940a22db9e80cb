import {
  CAPTURE,
  type CanCapture,
  type Captured,
  type Key,
  key,
  leaves,
  mapLeaves,
  mapTrees,
  type Tree,
} from '@genai/core';
import { gather, scope } from '@genai/tensor';
import { backend, clone, concat, reshape, slice, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { nextRoom } from './next-room.js';

/** What a step takes: the tokens are (rows). */
export type StepInputs<P, S> = { readonly params: P; readonly state: S; readonly tokens: Tensor };
/** Logits of what follows, (rows, vocabulary), and the state to go on with. */
export type MovedOn<S> = { readonly logits: Tensor; readonly state: S };

/** Sequences side by side on the device, moved on together. It owns its state; a step is captured where the engine offers it. */
export class StateLane<P extends Tree<Tensor>, S extends Tree<Tensor>, C> {
  readonly #model: TokenModel<P, S, C>;
  readonly #params: P;
  /** The same for steps, with tensors of its own among them. */
  readonly #forSteps: P;
  readonly #step: LaneStep<P, S>;
  #state: S;
  #steps = 0;
  /** Tokens behind, and how many of all the state has room for. */
  #behind = 0;
  #room = 0;
  readonly #expected: number;

  /** Takes over the state, in which nothing is behind. About `expected` tokens will be moved on by. */
  constructor(model: TokenModel<P, S, C>, params: P, state: S, expected = 0) {
    this.#model = model;
    this.#expected = expected;
    this.#params = params;
    this.#forSteps = model.forSteps?.(params) ?? params;
    this.#state = state;
    this.#step = laneStep(model);
  }

  /** (rows) tokens to (rows, vocabulary) logits of those after them, which are the caller's. */
  readonly step = (tokens: Int32Array): Tensor => {
    this.#makeRoom(1);
    const x = tensor1d(tokens, 'int32'); // (rows)
    try {
      // The step draws nothing, but only under keys that differ can a recording tell keys from other numbers.
      const made = this.#step.run({ params: this.#forSteps, state: this.#state, tokens: x }, key(this.#steps++));
      this.#replace(made.state);
      return made.logits;
    } finally {
      x.dispose();
    }
  };

  /** (rows, time) tokens, row by row, to (rows, vocabulary) logits of what comes after the last, which are the caller's. */
  readonly run = (tokens: Int32Array, time: number): Tensor => {
    this.#makeRoom(time);
    const { logits, state } = runToLast(this.#model, this.#params, this.#state, tokens, time);
    this.#replace(state);
    return logits;
  };

  /** Goes on with these rows, in this order; a row may stand in several places. */
  readonly choose = (rows: readonly number[]): void => {
    const state = scope(() => {
      const indices = tensor1d(Int32Array.from(rows), 'int32');
      return { made: mapLeaves<Tensor, S>(this.#state, (leaf) => gather(leaf, indices)) };
    });
    this.#replace(state.made);
  };

  readonly dispose = (): void => {
    this.#step.dispose();
    disposeBut(this.#forSteps, this.#params);
    this.#replace({} as S);
  };

  /** Where the model can reserve: room for what is expected at once, then for twice as much each time. */
  #makeRoom(more: number): void {
    const { reserve, longest } = this.#model;
    this.#behind += more;
    if (!reserve || this.#behind <= this.#room) return;
    this.#room = nextRoom({ room: this.#room, needed: this.#behind, expected: this.#expected, longest });
    this.#replace(reserve(this.#state, this.#room));
  }

  #replace(state: S): void {
    disposeBut(this.#state, state);
    this.#state = state;
  }
}

/** A step of a model as a function of tensors alone, captured where the engine offers it. */
export interface LaneStep<P, S> {
  readonly run: (inputs: StepInputs<P, S>, key: Key) => MovedOn<S>;
  /** Frees what was captured. */
  readonly dispose: () => void;
}

/** The {@link LaneStep} of a model. */
export function laneStep<P extends Tree<Tensor>, S extends Tree<Tensor>, C>(
  model: TokenModel<P, S, C>,
): LaneStep<P, S> {
  const step = ({ params, state, tokens }: StepInputs<P, S>): MovedOn<S> => {
    const { next, state: after } = model.step(params, tokens, state);
    return { logits: next.logits, state: after };
  };
  const engine = backend() as unknown as Partial<CanCapture>;
  const captured = engine[CAPTURE]?.(step as never) as Captured<StepInputs<P, S>, MovedOn<S>> | undefined;
  return captured ?? { run: (inputs) => scope(() => step(inputs)), dispose: () => undefined };
}

/** (rows, time) tokens, row by row, to (rows, vocabulary) logits of what comes after the last, and the state after them. */
export function runToLast<P extends Tree<Tensor>, S extends Tree<Tensor>, C>(
  model: TokenModel<P, S, C>,
  params: P,
  state: S,
  tokens: Int32Array,
  time: number,
): MovedOn<S> {
  const rows = tokens.length / time;
  return scope(() => {
    const x = tensor2d(tokens, [rows, time], 'int32'); // (rows, time)
    if (model.runToLast) {
      const { next, state: after } = model.runToLast(params, x, state);
      return { logits: next.logits, state: after };
    }
    const { next, state: after } = model.run(params, x, state);
    const vocabulary = next.logits.shape[2]!;
    const last = slice(next.logits, [0, time - 1, 0], [rows, 1, vocabulary]);
    return { logits: reshape(last, [rows, vocabulary]), state: after };
  });
}

/** Frees what the first tree holds and the second does not. */
export function disposeBut(tree: Tree<Tensor>, kept: Tree<Tensor>): void {
  const others = new Set(leaves<Tensor>(kept).map(([, leaf]) => leaf));
  for (const [, leaf] of leaves<Tensor>(tree)) if (!others.has(leaf)) leaf.dispose();
}

/** The state before the first token, none of whose tensors is one of the parameters or the context. */
export function freshState<P, S extends Tree<Tensor>, C>(
  model: TokenModel<P, S, C>,
  params: P,
  rows: number,
  context: C,
): S {
  return scope(() => ({ made: mapLeaves<Tensor, S>(model.start(params, rows, context), clone) })).made;
}

/** The rows of two states below each other, if their tensors have the same names and shapes. */
export function merged<S extends Tree<Tensor>>(first: S, second: S): S | undefined {
  const [a, b] = [leaves<Tensor>(first), new Map(leaves<Tensor>(second))];
  const fit = a.length === b.size && a.every(([path, leaf]) => String(b.get(path)?.shape) === String(leaf.shape));
  if (!fit) return undefined;
  return scope(() => ({ made: mapTrees<Tensor, S>((x, y) => concat([x!, y!], 0), first, second) })).made;
}
