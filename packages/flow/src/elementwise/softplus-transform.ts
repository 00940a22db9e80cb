import type { NoParams } from '@genai/core';
import { logSigmoid, softplus } from '@genai/tensor';
import { add, clipByValue, expm1, log, neg } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { invert } from '../invert.js';
import { elementwise, GREATEST, LEAST_POSITIVE } from './elementwise.js';

/**
 * y = log(1 + eˣ), elementwise: for positive noise; x where x is large, eˣ where it is very negative. Below −87 it is the least
 * positive number, 2⁻¹²⁶, as what is not positive counts on the way back.
 *
 * @example
 * const positive = invert(softplusTransform()); // for positive data that grow large: y = log(eˣ − 1)
 */
export function softplusTransform(): Bijector<NoParams> {
  return elementwise({
    forward: (x) => ({ y: clipByValue(softplus(x), LEAST_POSITIVE, GREATEST), logSlope: logSigmoid(x) }),
    inverse: (y) => {
      const positive = clipByValue(y, LEAST_POSITIVE, GREATEST);
      const logRest = log(neg(expm1(neg(positive)))); // log(1 − e⁻ʸ)
      return { x: add(positive, logRest), logSlope: neg(logRest) };
    },
  });
}

/** y = log(eˣ − 1), elementwise: {@link softplusTransform} the other way round, for positive data. */
export function inverseSoftplusTransform(): Bijector<NoParams> {
  return invert(softplusTransform());
}
