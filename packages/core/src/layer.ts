import type { Key } from './key.js';
import type { TensorLike } from './tensor-like.js';

/**
 * A function with parameters, as a pair of pure functions.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam X - the input, a tensor unless said otherwise.
 * @typeParam Y - the output.
 */
export interface Layer<T extends TensorLike, P, X = T, Y = T> {
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /** Applies the layer. With a `key`, stochastic layers such as dropout act; without one they are the identity. */
  readonly apply: (params: P, x: X, key?: Key) => Y;
}
