import { GenaiError } from '@genai/core';
import { concat, mul, sigmoid, split, sub, type Tensor } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * a σ(b) of the two halves a and b of the last axis, a gated linear unit: (…, 2 n) → (…, n).
 *
 * @example
 * const y = gatedSigmoid(conv2d(x, params.filter)); // (batch, height, width, 128) → (batch, height, width, 64)
 * @throws GenaiError if the last axis has no two halves.
 * @source Dauphin et al. 2017, "Language modeling with gated convolutional networks", eq. 1.
 */
export function gatedSigmoid(x: Tensor): Tensor {
  const width = x.shape.at(-1);
  if (width === undefined || width % 2 !== 0) {
    throw new GenaiError(`gatedSigmoid: the last axis must have an even size, got shape [${x.shape.join(', ')}].`);
  }
  if (!isFused('GenaiGatedSigmoid', x)) return withGradient([x], RULE);
  return withGradient([x], {
    forward: (x) => ({ value: runFused('GenaiGatedSigmoid', { x: x! })[0]! }),
    backward: (dy, [x]) => runFused('GenaiGatedSigmoidGrad', { dy, x: x! }),
    plain: ([x]) => withGradient([x!], RULE),
  });
}

const RULE: Rule = {
  forward: (x) => {
    const [a, b] = split(x!, 2, -1) as [Tensor, Tensor];
    return { value: mul(a, sigmoid(b)) };
  },
  backward: (dy, [x]) => {
    const [a, b] = split(x!, 2, -1) as [Tensor, Tensor];
    const gate = sigmoid(b);
    const slope = mul(dy, gate); // (…, n)
    return [concat([slope, mul(mul(slope, a), sub(1, gate))], -1)]; // σ′ = σ (1 − σ)
  },
};
