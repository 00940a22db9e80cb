import { exp, mul, neg, relu, type Tensor, elu as tfElu } from '@tensorflow/tfjs-core';
import { activationBy } from './fused-activation.js';
import type { Rule } from './with-gradient.js';

/**
 * x where x > 0, eˣ − 1 elsewhere.
 *
 * TensorFlow.js's own has no second derivative.
 *
 * @example
 * const hidden = elu(x);
 * @source Clevert et al. 2016, "Fast and accurate deep network learning by exponential linear units", eq. 15 with α = 1.
 */
export function elu(x: Tensor): Tensor {
  return activationBy(RULE, x, 'elu');
}

const RULE: Rule = {
  forward: (x) => ({ value: tfElu(x!) }),
  backward: (dy, [x]) => [mul(dy, exp(neg(relu(neg(x!)))))], // e^min(x, 0)
};
