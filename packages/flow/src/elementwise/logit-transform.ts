import { GenaiError, type NoParams } from '@genai/core';
import { logSigmoid } from '@genai/tensor';
import { add, clipByValue, log, mul, neg, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { invert } from '../invert.js';
import { BELOW_ONE, elementwise, LEAST_POSITIVE } from './elementwise.js';

export interface LogitTransformOptions {
  /** What is kept away from both ends: 0 unless given; 0.05 for pictures in RealNVP, 1e-6 for MNIST in MAF. */
  readonly alpha?: number;
}

/**
 * y = logit(α + (1 − 2α) x), elementwise: for data from 0 to 1, dequantised pictures for instance.
 *
 * With α = 0 the ends themselves go to ±∞: they count as the closest numbers inside, 2⁻¹²⁶ and 1 − 2⁻²⁴, so y is within −87.4 and 16.7.
 * With α > 0 a draw may be outside of 0 to 1 by α / (1 − 2α). Neighbouring numbers below 1 are 2⁻²⁴ apart: y is
 * known to 2⁻²⁴ / (1 − x) only.
 *
 * @example
 * const layers = sequence(logitTransform({ alpha: 0.05 }), coupling({ features: 12, map: affineMap() }));
 * @throws GenaiError unless 0 ≤ α < ½.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", section 4.1; Papamakarios et al. 2017, "Masked
 * autoregressive flow for density estimation", section 4.3, in whose symmetric form it is.
 */
export function logitTransform({ alpha = 0 }: LogitTransformOptions = {}): Bijector<NoParams> {
  if (!(alpha >= 0 && alpha < 0.5)) {
    throw new GenaiError(`logitTransform: alpha must be at least 0 and below 0.5, got ${alpha}.`);
  }
  const width = 1 - 2 * alpha;
  const inside = (p: Tensor): Tensor => clipByValue(p, LEAST_POSITIVE, BELOW_ONE);
  return elementwise({
    forward: (x) => {
      const logP = log(inside(add(mul(x, width), alpha)));
      const logRest = log(inside(add(mul(sub(1, x), width), alpha))); // 1 − p, not cancelled where x is near 1
      return { y: sub(logP, logRest), logSlope: sub(Math.log(width), add(logP, logRest)) };
    },
    inverse: (y) => ({
      x: mul(sub(inside(sigmoid(y)), alpha), 1 / width),
      logSlope: sub(add(logSigmoid(y), logSigmoid(neg(y))), Math.log(width)),
    }),
  });
}

/** y = σ(x), elementwise: {@link logitTransform} the other way round, for noise from 0 to 1. */
export function sigmoidTransform(): Bijector<NoParams> {
  return invert(logitTransform());
}
