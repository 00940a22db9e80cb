import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Something done to the gradient before the optimizer sees it; put in front of it with `chain`.
 *
 * @typeParam S - the transform's state, a tree of tensors; `{}` if it has none.
 */
export interface Transform<S extends Tree<Tensor> = Tree<Tensor>> {
  /** The state before the first update. */
  readonly init: (params: Tree<Tensor>) => S;
  /** A new gradient and a new state. `step` is a float scalar tensor that counts the updates made so far. */
  readonly update: <P extends Tree<Tensor>>(grad: P, state: S, params: P, step: Tensor) => { grad: P; state: S };
}

/** A transform without state. */
export type Stateless = { readonly [name: string]: never };
