import { mul, sigmoid, type Tensor, softplus as tfSoftplus } from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.js';

/**
 * log(1 + eˣ), elementwise: x where x is large, eˣ where it is very negative, never an overflow.
 *
 * @example
 * const deviation = softplus(raw); // a positive number from any number
 */
export function softplus(x: Tensor): Tensor {
  return withGradient([x], {
    forward: (x) => ({ value: tfSoftplus(x) }),
    backward: (dy, [x]) => [mul(dy, sigmoid(x!))],
  });
}
