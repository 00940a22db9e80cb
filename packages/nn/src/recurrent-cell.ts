import { type Layer, mapTrees, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializers/initializer.js';

/** What a recurrent network carries from step to step. `hidden`, (batch, width), is also its output. */
export type RecurrentState = { readonly hidden: Tensor };

/** The input of one time step, (batch, inputs), and the state before it. */
export type CellInput<S> = { readonly x: Tensor; readonly state: S };

/** What the cells of this package take. */
export interface RecurrentOptions {
  /** Draws the input weight, gate by gate. Default `glorotUniform`. */
  readonly initializer?: Initializer;
  /** Draws the hidden weight, gate by gate. Default `orthogonal()`, which keeps the length of the state. */
  readonly hiddenInitializer?: Initializer;
}

/** What a recurrent cell is made of; {@link recurrentCell} makes it a layer. */
export interface CellParts<P, S> {
  /** How errors name it. */
  readonly name: string;
  /** Width of the input. */
  readonly inputs: number;
  /** Width of the hidden state. */
  readonly width: number;
  /** Draws fresh parameters. */
  readonly init: Layer<Tensor, P>['init'];
  /** The state before the first step. */
  readonly start: (batch: number) => S;
  /** The half of a step that does not depend on the state, (…, inputs) → (…, projected): made of all steps at once. */
  readonly project: (params: P, x: Tensor) => Tensor;
  /** The other half: (batch, projected) and a state to the next state. */
  readonly advance: (params: P, projected: Tensor, state: S) => S;
  /**
   * All steps at once, where the engine has them: (batch, time, projected) and a state to the hidden states,
   * (batch, time, width), and the last state. `plain` is the same by `advance`; where it is all there is, undefined.
   */
  readonly sequence?: (
    params: P,
    projected: Tensor,
    state: S,
    plain: (params: P, projected: Tensor, state: S) => { output: Tensor; state: S },
  ) => { output: Tensor; state: S } | undefined;
}

/**
 * One time step of a recurrent network, as a layer from an input and a state to the next state.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam S - the state, a tree of tensors (batch, …).
 */
export interface RecurrentCell<P, S> extends CellParts<P, S>, Layer<Tensor, P, CellInput<S>, S> {}

/**
 * A cell of these parts, for {@link recurrent} to repeat or for sampling one step at a time.
 *
 * @throws GenaiError, when applied, if the input is not (batch, inputs) or the state is not like that of `start(batch)`.
 */
export function recurrentCell<P, S extends RecurrentState & Tree<Tensor>>(parts: CellParts<P, S>): RecurrentCell<P, S> {
  return {
    ...parts,
    apply: (params, { x, state }) =>
      scope(() => {
        const [batch] = expectShape(parts.name, x, ['batch', parts.inputs]);
        expectState(parts, state, batch!);
        return { next: parts.advance(params, parts.project(params, x), state) };
      }).next,
  };
}

/** @throws GenaiError unless `state` has the form and the shapes of `start(batch)`. */
export function expectState<S extends Tree<Tensor>>(
  { name, start }: { readonly name: string; readonly start: (batch: number) => S },
  state: S,
  batch: number,
): void {
  scope(() => {
    mapTrees<Tensor, Tree<Tensor>>(
      (want, got) => {
        expectShape(`${name}, the state carried`, got!, want!.shape);
        return want!;
      },
      start(batch),
      state,
    );
  });
}
