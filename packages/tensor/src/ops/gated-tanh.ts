import { GenaiError } from '@genai/core';
import { concat, mul, sigmoid, split, square, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * tanh(a) σ(b) of the two halves a and b of the last axis: (…, 2 n) → (…, n).
 *
 * @example
 * const y = gatedTanh(conv2d(x, params.filter)); // (batch, height, width, 128) → (batch, height, width, 64)
 * @throws GenaiError if the last axis has no two halves.
 * @source van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders", eq. 2.
 */
export function gatedTanh(x: Tensor): Tensor {
  const width = x.shape.at(-1);
  if (width === undefined || width % 2 !== 0) {
    throw new GenaiError(`gatedTanh: the last axis must have an even size, got shape [${x.shape.join(', ')}].`);
  }
  if (!isFused('GenaiGate', x)) return withGradient([x], RULE);
  return withGradient([x], {
    forward: (x) => ({ value: runFused('GenaiGate', { x: x! })[0]! }),
    backward: (dy, [x]) => runFused('GenaiGateGrad', { dy, x: x! }),
    plain: ([x]) => withGradient([x!], RULE),
  });
}

const RULE: Rule = {
  forward: (x) => {
    const [t, s] = parts(x!);
    return { value: mul(t, s) };
  },
  backward: (dy, [x]) => {
    const [t, s] = parts(x!);
    const slope = mul(dy, s);
    return [concat([mul(slope, sub(1, square(t))), mul(slope, mul(t, sub(1, s)))], -1)];
  },
};

function parts(x: Tensor): [t: Tensor, s: Tensor] {
  const [a, b] = split(x, 2, -1) as [Tensor, Tensor];
  return [tanh(a), sigmoid(b)];
}
