import type { TensorLike } from './tensor-like.js';
import type { Tree } from './tree.js';

/** A number that follows training: from the updates made so far (a float scalar tensor) to a scalar tensor. */
export type Schedule<T extends TensorLike> = (step: T) => T;

/**
 * Turns gradients into new parameters, without hidden state and without names.
 *
 * @typeParam O - the optimizer's state, a tree of tensors.
 */
export interface Optimizer<T extends TensorLike, O extends Tree<T> = Tree<T>> {
  /** The state before the first update. */
  readonly init: (params: Tree<T>) => O;
  /** One update. `step` is a float scalar tensor that counts the updates made so far. */
  readonly update: <P extends Tree<T>>(grad: P, state: O, params: P, step: T) => { params: P; state: O };
}
