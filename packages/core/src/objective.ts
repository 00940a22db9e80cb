import type { Key } from './key.js';
import type { TensorLike } from './tensor-like.js';

/**
 * What to minimise.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam B - one batch.
 * @typeParam M - names of further scalars to watch beside `loss`.
 */
export interface Objective<T extends TensorLike, P, B = T, M extends string = never> {
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /**
   * The scalar `loss` to descend and any further scalars to watch.
   * `step` is a float scalar tensor that counts the updates made so far, for schedules such as KL warm-up.
   */
  readonly loss: (params: P, batch: B, key: Key, step: T) => { readonly [name in M | 'loss']: T };
}
