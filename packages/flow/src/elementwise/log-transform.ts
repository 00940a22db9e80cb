import type { NoParams } from '@genai/core';
import { clipByValue, exp, log, neg } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { invert } from '../invert.js';
import { elementwise, GREATEST, LEAST_POSITIVE } from './elementwise.js';

/**
 * y = log x, elementwise: for positive data. What is not positive counts as the least positive number, 2⁻¹²⁶; a draw beyond the
 * greatest as that.
 *
 * @example
 * const density = flow({ transforms: [logTransform(), affine(2)], base: standardNormal(2) }); // log-normal
 */
export function logTransform(): Bijector<NoParams> {
  return elementwise({
    forward: (x) => {
      const y = log(clipByValue(x, LEAST_POSITIVE, GREATEST));
      return { y, logSlope: neg(y) };
    },
    inverse: (y) => ({ x: exp(clipByValue(y, LOWEST, HIGHEST)), logSlope: y.clone() }),
  });
}

/** y = eˣ, elementwise: {@link logTransform} the other way round, for positive noise. */
export function expTransform(): Bijector<NoParams> {
  return invert(logTransform());
}

// The logarithms of 2⁻¹²⁶ and 2¹²⁸, moved inwards to what float32 does not overflow at.
const LOWEST = -87.33654;
const HIGHEST = 88.72283;
