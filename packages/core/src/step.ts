import type { Key } from './key.js';

/**
 * One move of training as a pair of pure functions: a state and a batch in, a new state and scalars to watch out.
 *
 * @typeParam S - the state, a tree of tensors.
 * @typeParam B - one batch.
 * @typeParam M - metrics: a record of scalar tensors.
 */
export interface Step<S, B, M> {
  /** The state before the first move. */
  readonly init: (key: Key) => S;
  /** One move. Pure: the old state is left as it was. Tensors of the old state may stand in the new one. */
  readonly run: (state: S, batch: B, key: Key) => { state: S; metrics: M };
}

/** A run of training at rest: all that is needed to go on exactly. Made by `train`, kept by `checkpoint`. */
export interface Snapshot<S> {
  /** Steps made. */
  readonly step: number;
  /** The key the run was started with; step `i` draws from `fold(key, i + 1)`. */
  readonly key: Key;
  /** Batches taken from the data; a loader opened `from(cursor)` goes on with the next. */
  readonly cursor: number;
  /** Parameters, optimizer state and whatever else the step carries. */
  readonly state: S;
}
