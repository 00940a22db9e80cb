import { GenaiError, leaves, mapLeaves, mapTrees, sizeOf, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import {
  add,
  concat,
  customGrad,
  engine,
  type GradSaveFunc,
  mul,
  neg,
  reshape,
  slice,
  sum,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { FieldOf, Solver, Span } from './field.js';
import { offTape } from './off-tape.js';

/**
 * A solver whose gradient follows the field back instead of every step that was taken: its memory does not grow with the steps.
 *
 * The state, how the loss depends on it, and the gradient of `params` are integrated against time by `solver` too. The state
 * found again differs from the one passed by the solver's error, and so does the gradient from that of the steps; take a solver
 * as exact as the gradient is to be. It gives first gradients only, for the state and for `params`: what else a field closes over
 * is constant.
 *
 * @example
 * const layer = continuousFlow({ features: 2, solver: adjoint(fixedSteps({ method: dormandPrince, steps: 20 })) });
 * @throws GenaiError where its gradient is to be differentiated again; and what `solver` throws.
 * @source Chen et al. 2018, "Neural ordinary differential equations", algorithm 1, eq. 4 and 5.
 */
export function adjoint(solver: Solver): Solver {
  return <S extends Tree<Tensor>, P extends Tree<Tensor>>(field: FieldOf<S, P>, y: S, span: Span, params: P): S => {
    const { from, to } = span;
    const given = leaves<Tensor>([y, params]).map(([, leaf]) => leaf);
    return scope(() => {
      const arrived = packed(offTape(() => solver(field, y, span, params)));
      const op = customGrad((...args) => {
        const save = args.pop() as unknown as GradSaveFunc;
        save([...(args as Tensor[]), arrived]);
        const gradFunc = (pull: Tensor, saved: Tensor[]): Tensor[] => {
          if (engine().isTapeOn()) {
            throw new GenaiError('adjoint: has no second derivative. Take the solver without adjoint around it.');
          }
          return scope(() => {
            const places = filled([y, params], saved) as [S, P];
            const end: Augmented<S, P> = {
              y: unpacked(y, saved.at(-1)!),
              pull: unpacked(y, pull),
              params: mapLeaves<Tensor, P>(places[1], (leaf) => zerosLike(leaf)),
            };
            // Off the tape, as a gradient taken in a gradient would otherwise end the tape of that around it.
            const back = offTape(() => solver(augmented<S, P>(field), end, { from: to, to: from }, places[1]));
            return leaves<Tensor>([back.pull, back.params]).map(([, leaf]) => leaf);
          });
        };
        return { value: reshape(arrived, arrived.shape), gradFunc };
      });
      return unpacked(y, op(...given));
    });
  };
}

/** The state, a = ∂L/∂y there, and the part of ∂L/∂params that is found so far. */
type Augmented<S extends Tree<Tensor>, P extends Tree<Tensor>> = {
  readonly y: S;
  readonly pull: S;
  readonly params: P;
};

/** dy/dt = f, da/dt = −aᵀ ∂f/∂y (eq. 4), and d/dt ∂L/∂params = −aᵀ ∂f/∂params (eq. 5). */
function augmented<S extends Tree<Tensor>, P extends Tree<Tensor>>(field: FieldOf<S, P>): FieldOf<Augmented<S, P>, P> {
  return (t, { y, pull }, params) =>
    scope(() => {
      const { values, grad } = valueAndGrad(
        (at: { y: S; params: P }) => {
          const slope = field(t, at.y, at.params);
          const products = mapTrees<Tensor, S>((a, b) => sum(mul(a!, b!)), slope, pull);
          return {
            loss: leaves<Tensor>(products)
              .map(([, product]) => product)
              .reduce((total, product) => add(total, product)),
            slope: packed(slope),
          };
        },
        { y, params } as { y: S; params: P } & Tree<Tensor>,
      );
      return {
        y: unpacked(y, values.slope),
        pull: mapLeaves<Tensor, S>(grad.y, (leaf) => neg(leaf)),
        params: mapLeaves<Tensor, P>(grad.params, (leaf) => neg(leaf)),
      };
    });
}

/** All numbers of a tree in one vector: an op has one result. */
function packed(tree: Tree<Tensor>): Tensor {
  return concat(leaves<Tensor>(tree).map(([, leaf]) => reshape(leaf, [leaf.size])));
}

function unpacked<S extends Tree<Tensor>>(like: S, vector: Tensor): S {
  let at = 0;
  return mapLeaves<Tensor, S>(like, (leaf) => {
    const size = sizeOf(leaf.shape);
    const part = reshape(slice(vector, at, size), leaf.shape);
    at += size;
    return part;
  });
}

/** A tree of the same form with these tensors at its leaves. */
function filled<S extends Tree<Tensor>>(like: S, tensors: readonly Tensor[]): S {
  let i = 0;
  return mapLeaves<Tensor, S>(like, () => tensors[i++]!);
}
