import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** dy/dt at a time and a state, a tree of the same form: the right side of an ordinary differential equation. */
export type Field<S extends Tree<Tensor>> = (t: number, y: S) => S;

/** A field with parameters. */
export type FieldOf<S extends Tree<Tensor>, P extends Tree<Tensor>> = (t: number, y: S, params: P) => S;

/** From when to when; backwards where `to` is the smaller. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Carries a state along a field: {@link fixedSteps}, {@link adaptiveSteps}, or one of those in {@link adjoint}.
 *
 * `params` holds all tensors that the field depends on and that are to have a gradient.
 */
export type Solver = <S extends Tree<Tensor>, P extends Tree<Tensor>>(
  field: FieldOf<S, P>,
  y: S,
  span: Span,
  params: P,
) => S;
