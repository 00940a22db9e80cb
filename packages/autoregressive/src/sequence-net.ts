import type { Key, Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Vectors to vectors along time, each output from the inputs up to its own time: all steps at once for training, one step at a
 * time, in constant time and memory, for drawing. Both ways compute the same function.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam S - what is carried from step to step, a tree of tensors. The first axis of each is the batch, so that rows can be
 * chosen, repeated and exchanged; what counts steps is a tensor too, (batch), so that a step can be captured.
 */
export interface SequenceNet<P, S> {
  /** Width of the input. */
  readonly inputs: number;
  /** Width of the output. */
  readonly outputs: number;
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /** The state before the first step. */
  readonly start: (params: P, batch: number) => S;
  /**
   * (batch, time, inputs) and a state to (batch, time, outputs) and the state after the last step; at least one step.
   * With a `key`, stochastic layers such as dropout act. The results are the caller's.
   */
  readonly run: (params: P, x: Tensor, state: S, key?: Key) => Stepped<S>;
  /** (batch, inputs) and a state to (batch, outputs) and the next state: {@link run} for one step, without noise. */
  readonly step: (params: P, x: Tensor, state: S) => Stepped<S>;
  /**
   * {@link step} in two halves, if it has such: the one that sees nothing but the input, (rows, inputs) → (rows, any width), and the
   * other. Where inputs are of a small set, embedded tokens say, the first is computed once for all of them. Who wraps `step` wraps or
   * leaves out these.
   */
  readonly halves?: {
    readonly project: (params: P, x: Tensor) => Tensor;
    readonly advance: (params: P, projected: Tensor, state: S) => Stepped<S>;
  };
}

/** What a {@link SequenceNet} gives. */
export type Stepped<S> = { readonly output: Tensor; readonly state: S };

/** A {@link SequenceNet} of any state: what functions take that only pass the state on. */
export type AnySequenceNet<P> = SequenceNet<P, Tree<Tensor>>;
