import { add, mul, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import { activationBy } from './fused-activation.js';
import type { Rule } from './with-gradient.js';

/**
 * x σ(x), elementwise; also known as swish.
 *
 * @example
 * const hidden = silu(matMul(x, weight));
 * @source Elfwing et al. 2018, "Sigmoid-weighted linear units for neural network function approximation in
 * reinforcement learning".
 */
export function silu(x: Tensor): Tensor {
  return activationBy(RULE, x, 'silu');
}

const RULE: Rule = {
  forward: (x) => ({ value: mul(x!, sigmoid(x!)) }),
  backward: (dy, [x]) => {
    const s = sigmoid(x!);
    return [mul(dy, mul(s, add(1, mul(x!, sub(1, s)))))]; // σ (1 + x (1 − σ))
  },
};
