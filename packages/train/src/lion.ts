import { mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { abs, add, div, mul, scalar, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
import { expectDiscount, expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/** The discounted sum of the gradients: momentum divided by `1 − b2`. */
export type LionState = { momentum: Tree<Tensor> };

/** What {@link lion} can vary. */
export interface LionOptions {
  /** Weight of the momentum against the gradient in the direction of the move; default 0.9. */
  readonly b1?: number;
  /** Discount of the momentum; default 0.99. */
  readonly b2?: number;
  /** Each update multiplies a parameter by `1 − learningRate · weightDecay`; default 0. */
  readonly weightDecay?: number;
  /** Which leaves decay; default all. */
  readonly decays?: (path: string, leaf: Tensor) => boolean;
}

/**
 * Lion: each parameter moves by the learning rate in the direction of the sign of its momentum. Learning rates are three
 * to ten times smaller than Adam's.
 *
 * @example
 * minimize(objective, lion(1e-4, { weightDecay: 0.1 }));
 * @throws GenaiError if a number is out of its range.
 * @source Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2.
 */
export function lion(
  learningRate: LearningRate,
  { b1 = 0.9, b2 = 0.99, weightDecay = 0, decays = () => true }: LionOptions = {},
): Optimizer<Tensor, LionState> {
  expectRate('lion', learningRate);
  expectDiscount('lion', 'b1', b1);
  expectDiscount('lion', 'b2', b2);
  expectNotNegative('lion', 'weightDecay', weightDecay);
  return {
    init: (params) => ({ momentum: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => zerosLike(p)) }),
    update: (grad, state, params, step) =>
      scope(() => {
        const rate = rateAt(learningRate, step);
        const factor = weightDecay ? sub(1, mul(rate, weightDecay)) : undefined;
        // b1 m + (1 − b1) g with m = (1 − b2) Σ has the sign of b1 (1 − b2) / (1 − b1) Σ + g.
        const weight = scalar((b1 * (1 - b2)) / (1 - b1));
        const discount = scalar(b2);
        const made = leafwise(
          (path, p, g, m) => {
            const decayed = factor && decays(path, p) ? mul(p, factor) : p;
            return lionLeaf(decayed, g!, m!, { rate, weight, discount });
          },
          params,
          grad,
          state.momentum,
        );
        return { params: made(0), state: { momentum: made(1) } };
      }),
  };
}

/** The update of one leaf, `p` already decayed. */
function lionLeaf(
  p: Tensor,
  g: Tensor,
  m: Tensor,
  by: { rate: Tensor; weight: Tensor; discount: Tensor },
): [p: Tensor, m: Tensor] {
  const direction = add(mul(m, by.weight), g);
  // Not `sign`: it makes 0 of NaN on every engine, which would hide a broken gradient from the guard of `train`.
  const sign = div(direction, add(abs(direction), 1e-30));
  return [sub(p, mul(sign, by.rate)), add(mul(m, by.discount), g)];
}
