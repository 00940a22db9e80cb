import { expectIntegers, split } from '@genai/core';
import { expectShape, normalNoise, scope, softplus } from '@genai/tensor';
import { add, div, expandDims, log, mul, neg, square, sub, sum, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { solveTanh, tanhSlope } from './solve-tanh.js';

/** u and w, (features), and b, a scalar; or a row of each for every example. */
export type PlanarParams = { readonly u: Tensor; readonly w: Tensor; readonly b: Tensor };

/**
 * A map along one direction, y = x + û tanh(wᵀx + b), x: (batch, features).
 *
 * û = u + (m(wᵀu) − wᵀu) w / |w|² with m(a) = −0.999 + softplus(a), a thousandth above the paper's: the slope along w is never
 * below 0.001, so that float32 can invert it. The inverse solves for wᵀx by Newton's method, a fixed number of steps, and
 * can be differentiated like any other; it finds x to 2⁻²² |y| (1 + |û| |w| / slope), as exact as y is. In a posterior, where the noise is what is known, take `invert(planar(features))`.
 * Parameters may be (batch, …), a row for each example: see {@link amortized}.
 *
 * @example
 * const posterior = flow({ transforms: [invert(planar(2)), invert(planar(2))], base: standardNormal(2) });
 * @throws GenaiError unless `features` is an integer of at least 1; when applied, if x is not (batch, features).
 * @source Rezende and Mohamed 2015, "Variational inference with normalizing flows", eq. 10 to 12 and appendix A.1.
 */
export function planar(features: number): Bijector<PlanarParams> {
  const where = `planar(${features})`;
  expectIntegers(where, { features });
  return {
    init: (key) => {
      const [a, b] = split(key);
      const noise = (k: typeof key): Tensor => mul(normalNoise(k, [features]), 1 / Math.sqrt(features));
      return scope(() => ({ u: noise(a), w: noise(b), b: zeros([]) }));
    },
    forward: (params, x) =>
      scope(() => {
        expectShape(where, x, ['batch', features]);
        const { lifted, slope } = liftedOf(params);
        const t = tanh(add(along(x, params.w), params.b)); // (batch)
        return { y: add(x, mul(expandDims(t, -1), lifted)), logDet: log(tanhSlope(t, slope)) };
      }),
    inverse: (params, y) =>
      scope(() => {
        expectShape(where, y, ['batch', features]);
        const { lifted, slope } = liftedOf(params);
        // wᵀy + b = a + wᵀû tanh a with a = wᵀx + b, and wᵀû = slope − 1.
        const t = tanh(solveTanh(add(along(y, params.w), params.b), slope)); // (batch)
        return { x: sub(y, mul(expandDims(t, -1), lifted)), logDet: neg(log(tanhSlope(t, slope))) };
      }),
    tolerance: 1e-5,
  };
}

/** û, (…, features), and 1 + wᵀû, (…), as a sum of positive terms. */
function liftedOf({ u, w }: PlanarParams): { readonly lifted: Tensor; readonly slope: Tensor } {
  const wu = along(w, u);
  const least = add(softplus(wu), LEAST_SLOPE); // 1 + m(wᵀu)
  const length = sum(square(w), -1);
  const whole = add(length, TINY); // a w of zeros moves all points alike
  const missing = div(sub(sub(least, 1), wu), whole);
  const slope = div(add(mul(least, length), mul(add(wu, 1), TINY)), whole);
  return { lifted: add(u, mul(expandDims(missing, -1), w)), slope };
}

/** The inner product of the last axes. */
function along(x: Tensor, w: Tensor): Tensor {
  return sum(mul(x, w), -1);
}

const LEAST_SLOPE = 1e-3;
const TINY = 1e-12;
