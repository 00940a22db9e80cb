import type { Key } from './key.js';

/**
 * p(x | context; params): a definition without state. Parameters are data that the caller holds.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam D - what the model gives: `Distribution` if it can score, only `Samples` if it cannot.
 * @typeParam C - what it is conditioned on; `void` for an unconditional model.
 */
export interface Model<P, D, C = void> {
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /** The distribution at these parameters. A `key` makes stochastic layers such as dropout act (training). */
  readonly given: (params: P, context: C, key?: Key) => D;
}
