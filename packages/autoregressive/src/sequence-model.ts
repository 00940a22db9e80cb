import type { Distribution, Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * ∏ p(xₜ | x₍<t₎): for each element of a sequence the distribution of its successor, of whole sequences at once (teacher forcing) or
 * step by step with a state.
 *
 * An element is a token (a scalar), a frame of music (a vector) or whatever `elementShape` says.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam S - the state, a tree of tensors; the first axis of each is the batch.
 * @typeParam D - the distribution of one element.
 * @typeParam C - what the whole sequence is conditioned on; `void` for an unconditional model.
 */
export interface SequenceModel<P, S, D extends Distribution<Tensor> = Distribution<Tensor>, C = void> {
  /** Shape of one element: `[]` for tokens. */
  readonly elementShape: readonly number[];
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /** The state before the first element. A `key` lets a model in training forget the context of some rows. */
  readonly start: (params: P, batch: number, context: C, key?: Key) => S;
  /**
   * From elements (batch, time, …element) and a state to the distributions of their successors, of batch (batch, time), and the
   * state after the last element. With a `key`, stochastic layers such as dropout act. Call it inside `scope`.
   */
  readonly run: (params: P, elements: Tensor, state: S, key?: Key) => Successor<S, D>;
  /** From one element of each row, (batch, …element), and a state to the distribution of its successor, of batch (batch). */
  readonly step: (params: P, element: Tensor, state: S) => Successor<S, D>;
  /** The element that stands before the first one, `batch` times; without it the first element is always given. */
  readonly begin?: (batch: number) => Tensor;
}

/** What a {@link SequenceModel} gives. */
export type Successor<S, D> = { readonly next: D; readonly state: S };
