import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a map gives: y = f(x), and log |det ∂y/∂x| in nats, (batch). */
export type Forward = { readonly y: Tensor; readonly logDet: Tensor };

/** What its inverse gives: x = f⁻¹(y), and log |det ∂x/∂y| in nats, (batch). */
export type Inverse = { readonly x: Tensor; readonly logDet: Tensor };

/**
 * An invertible map of events with parameters, y = f(x; context): how a flow is made.
 *
 * `forward` goes from data towards noise, the way that a likelihood needs; `inverse` goes from noise to data, the way that
 * samples need. Tensors are (batch, …event). A context is (batch, features), a row for each example; maps that depend on none
 * ignore it, those that need one say so when it is missing.
 *
 * @typeParam P - the parameters, a tree of tensors.
 */
export interface Bijector<P> {
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /** f. A `key` makes stochastic layers and estimates act (training). */
  readonly forward: (params: P, x: Tensor, context?: Tensor, key?: Key) => Forward;
  /** f⁻¹, exact up to rounding unless `tolerance` says otherwise. */
  readonly inverse: (params: P, y: Tensor, context?: Tensor, key?: Key) => Inverse;
  /** How far f(f⁻¹(y)) may be from y where the inverse is found by iteration. */
  readonly tolerance?: number;
  /** The shape of an event of data from that of noise; absent where the map keeps it. */
  readonly eventBefore?: (after: readonly number[]) => readonly number[];
  /**
   * The parameters after a look at a first batch of data, for maps that start from it (actnorm). What is not set anew may be
   * the same tensor as in `params`; `params` are not freed.
   */
  readonly start?: (params: P, x: Tensor, context?: Tensor) => P;
}
