import {
  disposeTree,
  GenaiError,
  type Key,
  leaves,
  mapTrees,
  type Objective,
  type Optimizer,
  type Step,
  split,
  type Tree,
} from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, mul, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { partOf } from './part-of.js';

/** What {@link minimize} carries: the parameters, the optimizer's state, and the updates made so far (a float scalar). */
export type Fit<P, O> = { params: P; optimizer: O; step: Tensor };

/** What {@link minimize} can vary. */
export interface MinimizeOptions {
  /**
   * Splits each batch along axis 0 into this many equal parts and averages their gradients: the update of the whole
   * batch (for a loss that is a mean over it) in the memory of one part. Default 1.
   */
  readonly accumulate?: number;
}

/**
 * A step that descends the gradient of `objective`: one gradient per (part of a) batch, one update per batch.
 *
 * Its metrics are the scalars of the objective at the parameters before the update, `loss` among them.
 *
 * @example
 * const step = minimize(elbo(digits), adam(1e-3));
 * await using run = train(step, { data, steps: 5_000, key: key(0) });
 * @throws GenaiError if `accumulate` is no integer above 0, or does not divide a batch.
 */
export function minimize<
  P extends Tree<Tensor>,
  B = Tensor,
  M extends string = never,
  O extends Tree<Tensor> = Tree<Tensor>,
>(
  objective: Objective<Tensor, P, B, M>,
  optimizer: Optimizer<Tensor, O>,
  { accumulate = 1 }: MinimizeOptions = {},
): Step<Fit<P, O>, B, { readonly [name in M | 'loss']: Tensor }> {
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw new GenaiError(`minimize: accumulate must be an integer of at least 1, got ${accumulate}.`);
  }
  return {
    init: (key) =>
      scope(() => {
        const params = objective.init(key);
        return { params, optimizer: optimizer.init(params), step: scalar(0) };
      }),
    run: (state, batch, key) =>
      scope(() => {
        const { params, step } = state;
        const { values, grad } =
          accumulate === 1
            ? valueAndGrad((p: P) => objective.loss(p, batch, key, step), params)
            : overParts(accumulate, key, (i, partKey) => {
                const part = partOf('minimize: accumulate', batch, i, accumulate);
                // Scaling the scalars scales the gradient: no operation per leaf for the average.
                return valueAndGrad((p: P) => scaled(objective.loss(p, part, partKey, step), 1 / accumulate), params);
              });
        const next = optimizer.update(grad, state.optimizer, params, step);
        return { state: { params: next.params, optimizer: next.state, step: add(step, 1) }, metrics: values };
      }),
  };
}

/** The sum of `count` trees, made one after another so that only one part's activations are alive at a time. */
function overParts<R>(count: number, key: Key, make: (part: number, key: Key) => R): R {
  let total: R | undefined;
  for (const [i, partKey] of split(key, count).entries()) {
    const before = total as Tree<Tensor> | undefined;
    total = scope(() => {
      const made = make(i, partKey) as Tree<Tensor>;
      return before ? mapTrees<Tensor, Tree<Tensor>>((a, b) => add(a, b!), before, made) : made;
    }) as R;
    if (before) disposeTree(before);
  }
  return total as R;
}

function scaled<V extends { readonly [name: string]: Tensor }>(values: V, factor: number): V {
  return Object.fromEntries(leaves<Tensor>(values).map(([name, value]) => [name, mul(value, factor)])) as V;
}
