import { mapTrees, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Field } from './field.js';
import type { Method } from './methods.js';

/**
 * One step of an explicit Runge-Kutta method: y(t + h) and the slopes kᵢ that it is made of.
 *
 * `first` is k₁ where it is known already.
 *
 * @throws GenaiError if the field gives a tree of another form or another shape.
 */
export function rungeKuttaStep<S extends Tree<Tensor>>(
  method: Method,
  field: Field<S>,
  { t, y, h, first }: { readonly t: number; readonly y: S; readonly h: number; readonly first?: S },
): { readonly y: S; readonly slopes: readonly S[] } {
  return scope(() => {
    const slopes: S[] = [];
    for (const [i, row] of method.stages.entries()) {
      const k = i === 0 ? (first ?? field(t, y)) : field(t + method.nodes[i]! * h, moved(y, slopes, row, h));
      slopes.push(k);
    }
    return { y: moved(y, slopes, method.weights, h), slopes };
  });
}

/** h Σᵢ weightᵢ treeᵢ, leaf by leaf; at least one weight must not be 0. */
export function combined<S extends Tree<Tensor>>(trees: readonly S[], weights: readonly number[], h: number): S {
  const used = trees.flatMap((tree, i) => (weights[i] ? [{ tree, weight: weights[i]! }] : []));
  const [head, ...rest] = used.map(({ tree }) => tree) as [S, ...S[]];
  return mapTrees<Tensor, S>(
    (...ks) => ks.map((k, i) => mul(k, used[i]!.weight * h)).reduce((total, term) => add(total, term)),
    head,
    ...rest,
  );
}

/** The increments are added up before they meet y, whose digits they would lose. */
function moved<S extends Tree<Tensor>>(y: S, slopes: readonly S[], weights: readonly number[], h: number): S {
  return mapTrees<Tensor, S>(
    (state, step) => {
      expectShape('the field of an integration', step!, state!.shape);
      return add(state!, step!);
    },
    y,
    combined(slopes, weights, h),
  );
}
