import { mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, mul, scalar, sqrt, square, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
import { expectDiscount, expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/** The running mean of the squared gradients, and the velocity (without momentum an empty tree). */
export type RmsPropState = { squares: Tree<Tensor>; velocity: Tree<Tensor> };

/** What {@link rmsProp} can vary. */
export interface RmsPropOptions {
  /** How much of the mean of squares stays at each update; default 0.99. */
  readonly decay?: number;
  /** How much of the velocity stays at each update; default 0: no velocity. */
  readonly momentum?: number;
  /** Added to the root of the mean of squares; default 1e-8. */
  readonly epsilon?: number;
}

/**
 * RMSProp: each parameter moves by its gradient over the root of its mean squared gradient; equal to
 * `torch.optim.RMSprop`.
 *
 * @example
 * minimize(objective, rmsProp(1e-3));
 * @throws GenaiError if a number is out of its range.
 * @source Tieleman & Hinton 2012, "Lecture 6.5: RMSProp"; Graves 2013, "Generating sequences with recurrent neural networks", eq. 38–45.
 */
export function rmsProp(
  learningRate: LearningRate,
  { decay = 0.99, momentum = 0, epsilon = 1e-8 }: RmsPropOptions = {},
): Optimizer<Tensor, RmsPropState> {
  expectRate('rmsProp', learningRate);
  expectDiscount('rmsProp', 'decay', decay);
  expectDiscount('rmsProp', 'momentum', momentum);
  expectNotNegative('rmsProp', 'epsilon', epsilon);
  const zeros = (params: Tree<Tensor>): Tree<Tensor> => mapLeaves<Tensor, Tree<Tensor>>(params, (p) => zerosLike(p));
  return {
    init: (params) => ({ squares: zeros(params), velocity: momentum ? zeros(params) : {} }),
    update: (grad, state, params, step) =>
      scope(() => {
        const rate = rateAt(learningRate, step);
        const [kept, added, mu] = [scalar(decay), scalar(1 - decay), scalar(momentum)];
        const made = leafwise(
          (_, p, g, s, v) => {
            const squares = add(mul(s!, kept), mul(square(g!), added));
            const move = div(g!, add(sqrt(squares), epsilon));
            const velocity = v && add(mul(v, mu), move);
            return [sub(p, mul(velocity ?? move, rate)), squares, ...(velocity ? [velocity] : [])];
          },
          params,
          grad,
          state.squares,
          ...(momentum ? [state.velocity] : []),
        );
        return { params: made(0), state: { squares: made(1), velocity: momentum ? made(2) : state.velocity } };
      }),
  };
}
