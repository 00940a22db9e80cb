import { GenaiError, mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, clone, div, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';

/** The point that the optimizer moves, the mean of where it was, and the optimizer's state. */
export type ScheduleFreeState<O> = { point: Tree<Tensor>; average: Tree<Tensor>; optimizer: O };

/** What {@link scheduleFree} can vary. */
export interface ScheduleFreeOptions {
  /** Where between the point (0) and the average (1) gradients are taken: β of the paper. Default 0.9. */
  readonly momentum?: number;
}

/**
 * Lets `optimizer`, at a constant learning rate, do what a falling one would, without knowing when training ends.
 *
 * The parameters are where gradients are taken; what has been learnt is `state.optimizer.average`, the one to sample from, to
 * measure and to keep. The optimizer should have no momentum of its own: `sgd(rate)`, or `adam(rate, { b1: 0 })`.
 *
 * @example
 * const step = minimize(nll(model), scheduleFree(adamW(2e-3, { b1: 0 })));
 * await using run = train(step, { data, steps: 5_000, key: key(0) });
 * for await (const _ of run);
 * const learnt = run.state.optimizer.average;
 * @throws GenaiError unless 0 ≤ `momentum` ≤ 1.
 * @source Defazio et al. 2024, "The road less scheduled", eq. 1–3 with c = 1 / (t + 1).
 */
export function scheduleFree<O extends Tree<Tensor>>(
  optimizer: Optimizer<Tensor, O>,
  { momentum = 0.9 }: ScheduleFreeOptions = {},
): Optimizer<Tensor, ScheduleFreeState<O>> {
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new GenaiError(`scheduleFree: momentum must be from 0 to 1, got ${momentum}.`);
  }
  return {
    init: (params) =>
      scope(() => ({
        point: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => clone(p)),
        average: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => clone(p)),
        optimizer: optimizer.init(params),
      })),
    update: (grad, state, params, step) =>
      scope(() => {
        const next = optimizer.update(grad as Tree<Tensor>, state.optimizer, state.point, step);
        const weight = div(1, add(step, 1));
        const made = leafwise(
          (_, __, z, x) => {
            const average = add(x!, mul(sub(z!, x!), weight)); // the mean of all points
            return [add(z!, mul(sub(average, z!), momentum)), average];
          },
          params,
          next.params,
          state.average,
        );
        return { params: made(0), state: { point: next.params, average: made(1), optimizer: next.state } };
      }),
  };
}
