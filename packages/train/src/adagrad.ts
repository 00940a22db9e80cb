import { mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, mul, sqrt, square, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
import { expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/** The sum of the squared gradients. */
export type AdagradState = { squares: Tree<Tensor> };

/** What {@link adagrad} can vary. */
export interface AdagradOptions {
  /** Added to the root of the sum of squares; default 1e-10. */
  readonly epsilon?: number;
}

/**
 * Adagrad: each parameter moves by its gradient over the root of the sum of all its squared gradients, so that rare features
 * learn fast; equal to `torch.optim.Adagrad`.
 *
 * @example
 * minimize(objective, adagrad(0.01));
 * @throws GenaiError if a number is out of its range.
 * @source Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization", fig. 1.
 */
export function adagrad(
  learningRate: LearningRate,
  { epsilon = 1e-10 }: AdagradOptions = {},
): Optimizer<Tensor, AdagradState> {
  expectRate('adagrad', learningRate);
  expectNotNegative('adagrad', 'epsilon', epsilon);
  return {
    init: (params) => ({ squares: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => zerosLike(p)) }),
    update: (grad, state, params, step) =>
      scope(() => {
        const rate = rateAt(learningRate, step);
        const made = leafwise(
          (_, p, g, s) => {
            const squares = add(s!, square(g!));
            return [sub(p, mul(div(g!, add(sqrt(squares), epsilon)), rate)), squares];
          },
          params,
          grad,
          state.squares,
        );
        return { params: made(0), state: { squares: made(1) } };
      }),
  };
}
