import type { NoParams } from '@genai/core';
import { logSigmoid } from '@genai/tensor';
import { add, clipByValue, log1p, mul, neg, sub, tanh } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { invert } from '../invert.js';
import { BELOW_ONE, elementwise } from './elementwise.js';

/**
 * y = tanh x, elementwise, for noise within ±1: bounded actions for instance. ±1 count as the closest numbers inside, ±(1 − 2⁻²⁴),
 * and x is known to 2⁻²⁵ / (1 − |y|) only.
 *
 * @example
 * const bounded = invert(tanhTransform()); // for data within ±1
 */
export function tanhTransform(): Bijector<NoParams> {
  return elementwise({
    forward: (x) => ({
      y: clipByValue(tanh(x), -BELOW_ONE, BELOW_ONE),
      // 1 − tanh² x = 4 σ(2x) σ(−2x)
      logSlope: add(add(logSigmoid(mul(x, 2)), logSigmoid(mul(x, -2))), 2 * Math.LN2),
    }),
    inverse: (y) => {
      const inside = clipByValue(y, -BELOW_ONE, BELOW_ONE);
      const [below, above] = [log1p(inside), log1p(neg(inside))];
      return { x: mul(sub(below, above), 0.5), logSlope: neg(add(below, above)) };
    },
  });
}

/** y = artanh x, elementwise: {@link tanhTransform} the other way round, for data within ±1. */
export function artanhTransform(): Bijector<NoParams> {
  return invert(tanhTransform());
}
