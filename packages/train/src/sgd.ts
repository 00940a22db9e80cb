import { mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, scalar, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
import { expectDiscount, expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/** The velocity of each parameter; without momentum an empty tree. */
export type SgdState = { velocity: Tree<Tensor> };

/** What {@link sgd} can vary. */
export interface SgdOptions {
  /** How much of the velocity stays at each update, from 0 (the default: no velocity) to below 1. */
  readonly momentum?: number;
  /** Looks ahead along the new velocity; needs `momentum`. Default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient as `weightDecay · parameter`. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent, with momentum if asked for; equal to `torch.optim.SGD` without dampening.
 *
 * @example
 * minimize(objective, sgd(0.1, { momentum: 0.9, nesterov: true }));
 * @throws GenaiError if a number is out of its range.
 * @source Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", eq. 1–4.
 */
export function sgd(
  learningRate: LearningRate,
  { momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {},
): Optimizer<Tensor, SgdState> {
  expectRate('sgd', learningRate);
  expectDiscount('sgd', 'momentum', momentum);
  expectNotNegative('sgd', 'weightDecay', weightDecay);
  return {
    init: (params) => ({ velocity: momentum ? mapLeaves<Tensor, Tree<Tensor>>(params, (p) => zerosLike(p)) : {} }),
    update: (grad, state, params, step) =>
      scope(() => {
        const rate = rateAt(learningRate, step);
        const decay = scalar(weightDecay);
        const slope = (p: Tensor, g: Tensor): Tensor => (weightDecay ? add(g, mul(p, decay)) : g);
        if (!momentum) {
          const made = leafwise((_, p, g) => [sub(p, mul(slope(p, g!), rate))], params, grad);
          return { params: made(0), state };
        }
        const mu = scalar(momentum);
        const made = leafwise((_, p, g, v) => momentumLeaf(p, slope(p, g!), v!), params, grad, state.velocity);
        return { params: made(0), state: { velocity: made(1) } };

        function momentumLeaf(p: Tensor, g: Tensor, v: Tensor): [p: Tensor, v: Tensor] {
          const velocity = add(mul(v, mu), g);
          return [sub(p, mul(nesterov ? add(g, mul(velocity, mu)) : velocity, rate)), velocity];
        }
      }),
  };
}
