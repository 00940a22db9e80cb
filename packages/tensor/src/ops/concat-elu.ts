import { GenaiError } from '@genai/core';
import { concat, exp, mul, neg, relu, split, sub, type Tensor, elu as tfElu } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * ELU of x and behind it of −x, on the last axis: (…, n) → (…, 2 n). It is nowhere flat, so that a net can move every channel.
 *
 * @example
 * const y = conv2d(concatElu(x), params.filter); // (batch, height, width, 32) → 64 channels → those of the filter
 * @throws GenaiError if x has no axes.
 * @source Salimans et al. 2017, "PixelCNN++", section 2.4 and its reference code; Clevert et al. 2016, "Fast and accurate deep
 * network learning by exponential linear units", eq. 15 with α = 1.
 */
export function concatElu(x: Tensor): Tensor {
  if (x.rank === 0) throw new GenaiError('concatElu: x must have at least one axis, got a scalar. Reshape it to [1].');
  if (!isFused('GenaiConcatElu', x)) return withGradient([x], RULE);
  return withGradient([x], {
    forward: (x) => ({ value: runFused('GenaiConcatElu', { x: x! })[0]! }),
    backward: (dy, [x]) => runFused('GenaiConcatEluGrad', { dy, x: x! }),
    plain: ([x]) => withGradient([x!], RULE),
  });
}

const RULE: Rule = {
  forward: (x) => ({ value: concat([tfElu(x!), tfElu(neg(x!))], -1) }),
  backward: (dy, [x]) => {
    const [up, down] = split(dy, 2, -1) as [Tensor, Tensor];
    // d elu(x) / dx = e^min(x, 0), d elu(−x) / dx = −e^min(−x, 0)
    return [sub(mul(up, exp(neg(relu(neg(x!))))), mul(down, exp(neg(relu(x!)))))];
  },
};
