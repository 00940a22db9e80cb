import {
  expectIntegers,
  GenaiError,
  leaves,
  mapLeaves,
  mapTrees,
  type Objective,
  type Step,
  split,
  type Tree,
} from '@genai/core';
import { expectShape, scope, uniformNoise } from '@genai/tensor';
import {
  broadcastTo,
  cast,
  where as choose,
  greater,
  less,
  maximum,
  mean,
  neg,
  reshape,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { SequenceModel } from './sequence-model.js';
import { withBegin } from './with-begin.js';

/** A piece of each of several long streams. */
export type StreamBatch = {
  /** (rows, length + 1, …element): the last element of a row is the first of its next piece. */
  readonly elements: Tensor;
  /** (rows), 1 where a stream begins, so that nothing is carried into it, else 0. */
  readonly fresh: Tensor;
};

/** A {@link StreamBatch} with the states in which its rows begin. */
export type CarriedBatch<S> = StreamBatch & { readonly state: S };

export interface CarriedOptions {
  /** The streams of a batch. */
  readonly rows: number;
  /**
   * Share of the rows that begin anew at each piece, though their stream goes on: a model that has hardly ever begun draws nonsense
   * from its first state. Default 0.05; 0 carries everything.
   */
  readonly forget?: number;
}

/**
 * A step of truncated back-propagation through time: each row goes on from the state in which the piece before it ended, and
 * gradients stop at its border.
 *
 * `make` makes the step of the objective it is given: −log p(xₜ | x₍<t₎) averaged over the piece, in nats. What it adds to the
 * state of that step, `carried`, is saved and resumed with it.
 *
 * @example
 * const step = carried(characters, { rows: 32 }, (objective) => minimize(objective, adam(2e-3)));
 * await using run = train(step, { data: streams(tokens, { rows: 32, length: 64 }), steps: 5_000, key: key(0) });
 * @throws GenaiError unless `rows` is an integer of at least 1 and 0 ≤ `forget` < 1; when run, if a batch has other rows or the state does not fit.
 * @source Williams and Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories".
 */
export function carried<
  P,
  S extends Tree<Tensor>,
  F extends { readonly params: P },
  M extends { readonly loss: Tensor },
>(
  model: SequenceModel<P, S>,
  { rows, forget = 0.05 }: CarriedOptions,
  make: (objective: Objective<Tensor, P, CarriedBatch<S>>) => Step<F, CarriedBatch<S>, M>,
): Step<F & { readonly carried: S }, StreamBatch, M> {
  expectIntegers('carried', { rows });
  if (!(forget >= 0 && forget < 1)) {
    throw new GenaiError(`carried: forget must be at least 0 and below 1, got ${forget}.`);
  }
  const inner = make(pieceNll(model));
  return {
    init: (key) =>
      scope(() => {
        const state = inner.init(key);
        return { made: { ...state, carried: model.start(state.params, rows) } };
      }).made,
    run: (state, { elements, fresh }, key) =>
      scope(() => {
        expectShape('carried: elements', elements, [rows, 'length', ...model.elementShape]);
        expectShape('carried: fresh', fresh, [rows]);
        const { carried: before, ...rest } = state;
        const [forRows, forStep] = split(key);
        const anew = forget > 0 ? maximum(fresh, cast(less(uniformNoise(forRows, [rows]), forget), 'float32')) : fresh; // (rows)
        const start = model.start(state.params, rows);
        const begun = mapTrees<Tensor, S>((a, b) => choose(begins(anew, a!), a!, b!), start, before as S);
        const made = inner.run(rest as unknown as F, { elements, fresh: anew, state: begun }, forStep);
        const told = made.metrics as { readonly [name: string]: Tensor };
        const metrics = Object.fromEntries(
          Object.entries(told).filter(([name]) => !name.startsWith(ENDED)),
        ) as unknown as M;
        const ended = mapLeaves<Tensor, S>(before as S, (_, path) => told[ENDED + path]!);
        return { state: { ...made.state, carried: ended }, metrics };
      }),
  };
}

/** Beside the loss it gives the state after the piece, leaf by leaf under names that {@link carried} takes out again. */
function pieceNll<P, S extends Tree<Tensor>>(model: SequenceModel<P, S>): Objective<Tensor, P, CarriedBatch<S>> {
  return {
    init: model.init,
    loss: (params, { elements, state }, key) =>
      scope(() => {
        const [, forRun] = split(key);
        const { inputs, targets } = withBegin('carried', {}, elements);
        const { next, state: after } = model.run(params, inputs, state, forRun);
        const ended = leaves<Tensor>(after).map(([path, leaf]) => [ENDED + path, leaf]);
        return { loss: neg(mean(next.logProb(targets))), ...Object.fromEntries(ended) };
      }),
  };
}

const ENDED = 'carried ';

/** (rows) as a condition of the shape of `leaf`, (rows, …). */
function begins(fresh: Tensor, leaf: Tensor): Tensor {
  if (leaf.shape[0] !== fresh.size) {
    throw new GenaiError(
      `carried: a tensor of the state has shape [${leaf.shape.join(', ')}], expected ${fresh.size} rows.`,
    );
  }
  return broadcastTo(reshape(greater(fresh, 0.5), [fresh.size, ...leaf.shape.slice(1).map(() => 1)]), leaf.shape);
}
