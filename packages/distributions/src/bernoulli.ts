import type { Distribution, Mean } from '@genai/core';
import { scope, softplus, stopGradient, uniformNoise } from '@genai/tensor';
import { cast, less, mul, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Entropy } from './entropy.js';
import { expectValue } from './shapes.js';

/** Bernoulli distributions side by side. */
export interface Bernoulli extends Distribution<Tensor>, Mean<Tensor>, Entropy<Tensor> {
  readonly kind: 'bernoulli';
  readonly logits: Tensor;
}

/**
 * 1 with probability σ(logit) and 0 otherwise, one for each element of `logits`. Samples are float32 without gradient.
 *
 * `logProb` also takes values between 0 and 1, such as grey pixels; it is then the negative cross-entropy, which is no
 * log-probability of such values.
 *
 * @example
 * const pixels = bernoulli(zeros([784])).sample(key(0), [16]); // (16, 784), zeros and ones
 */
export function bernoulli(logits: Tensor): Bernoulli {
  const batchShape = logits.shape;
  return {
    kind: 'bernoulli',
    logits,
    batchShape,
    eventShape: [],
    sample: (key, shape = []) =>
      scope(() => cast(less(uniformNoise(key, [...shape, ...batchShape]), sigmoid(stopGradient(logits))), 'float32')),
    logProb: (x) => {
      expectValue('bernoulli.logProb', x, { batchShape, eventShape: [] });
      return scope(() => sub(mul(x, logits), softplus(logits))); // x log σ(l) + (1 − x) log σ(−l)
    },
    mean: () => sigmoid(logits),
    entropy: () => scope(() => sub(softplus(logits), mul(logits, sigmoid(logits)))),
  };
}
