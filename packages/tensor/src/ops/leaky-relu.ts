import { mul, step, type Tensor } from '@tensorflow/tfjs-core';
import { activationBy } from './fused-activation.js';
import type { Rule } from './with-gradient.js';

/**
 * x where x > 0, `slope` · x elsewhere. The slope is 0.01 unless given; GANs use 0.2.
 *
 * TensorFlow.js's own has no second derivative, which a gradient penalty needs.
 *
 * @example
 * const hidden = leakyRelu(x, 0.2);
 * @source Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models", §2.
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  const rule: Rule = {
    forward: (x) => ({ value: mul(x!, step(x!, slope)) }),
    backward: (dy, [x]) => [mul(dy, step(x!, slope))],
  };
  return activationBy(rule, x, 'leakyRelu', slope);
}
