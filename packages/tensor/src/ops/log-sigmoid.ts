import { mul, neg, sigmoid, softplus, type Tensor } from '@tensorflow/tfjs-core';
import { activationBy } from './fused-activation.js';
import type { Rule } from './with-gradient.js';

/**
 * log σ(x) = −log(1 + e⁻ˣ) in nats, elementwise, finite for every finite x.
 *
 * TensorFlow.js's own cannot be differentiated at anything that was computed: it reads its input after it is freed.
 *
 * @example
 * const loss = neg(mean(logSigmoid(logits))); // −log p(real)
 */
export function logSigmoid(x: Tensor): Tensor {
  return activationBy(RULE, x, 'logSigmoid');
}

const RULE: Rule = {
  forward: (x) => ({ value: neg(softplus(neg(x!))) }),
  backward: (dy, [x]) => [mul(dy, sigmoid(neg(x!)))],
};
