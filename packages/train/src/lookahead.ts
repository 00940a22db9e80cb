import { expectIntegers, GenaiError, mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, clone, div, floor, greater, mul, sub, type Tensor, where } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';

/** The slow weights, and the state of the optimizer that explores. */
export type LookaheadState<O> = { slow: Tree<Tensor>; optimizer: O };

/** What {@link lookahead} can vary. */
export interface LookaheadOptions {
  /** Updates of the optimizer between two of the slow weights; default 5. */
  readonly every?: number;
  /** The part of the way to the explored weights that the slow ones go, above 0 to 1; default 0.5. */
  readonly rate?: number;
}

/**
 * Lets `optimizer` explore for some updates, then takes slow weights a part of the way there and goes on from them.
 *
 * @example
 * minimize(objective, lookahead(adam(1e-3), { every: 5, rate: 0.5 }));
 * @throws GenaiError unless `every` is an integer above 0 and 0 < `rate` ≤ 1.
 * @source Zhang et al. 2019, "Lookahead optimizer: k steps forward, 1 step back", algorithm 1.
 */
export function lookahead<O extends Tree<Tensor>>(
  optimizer: Optimizer<Tensor, O>,
  { every = 5, rate = 0.5 }: LookaheadOptions = {},
): Optimizer<Tensor, LookaheadState<O>> {
  expectIntegers('lookahead', { every });
  if (!(rate > 0 && rate <= 1)) throw new GenaiError(`lookahead: rate must be above 0 and at most 1, got ${rate}.`);
  return {
    init: (params) =>
      scope(() => ({
        slow: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => clone(p)),
        optimizer: optimizer.init(params),
      })),
    update: (grad, state, params, step) =>
      scope(() => {
        const next = optimizer.update(grad, state.optimizer, params, step);
        // Whether the count of whole rounds grows by this update; half an update more: see stepDecay.
        const rounds = (more: number): Tensor => floor(div(add(step, more), every));
        const meets = greater(rounds(1.5), rounds(0.5));
        const made = leafwise(
          (_, fast, old) => {
            const slow = where(meets, add(old!, mul(sub(fast, old!), rate)), old!);
            return [where(meets, slow, fast), slow];
          },
          next.params,
          state.slow,
        );
        return { params: made(0), state: { slow: made(1), optimizer: next.state } };
      }),
  };
}
