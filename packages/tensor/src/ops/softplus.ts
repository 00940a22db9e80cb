import { mul, sigmoid, type Tensor, softplus as tfSoftplus } from '@tensorflow/tfjs-core';
import { activationBy } from './fused-activation.js';
import type { Rule } from './with-gradient.js';

/**
 * log(1 + eˣ), elementwise: x where x is large, eˣ where it is very negative, never an overflow.
 *
 * @example
 * const deviation = softplus(raw); // a positive number from any number
 */
export function softplus(x: Tensor): Tensor {
  return activationBy(RULE, x, 'softplus');
}

const RULE: Rule = {
  forward: (x) => ({ value: tfSoftplus(x!) }),
  backward: (dy, [x]) => [mul(dy, sigmoid(x!))],
};
