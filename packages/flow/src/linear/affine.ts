import { expectIntegers } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, div, exp, mul, neg, sub, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { everywhere } from './everywhere.js';

/** A log-scale and a shift for each feature, (features) each. */
export type AffineParams = { readonly logScale: Tensor; readonly shift: Tensor };

/**
 * A learned scale and shift for each feature, y = x · e^logScale + shift, (batch, …, features); it begins as the identity.
 *
 * @example
 * const density = flow({ transforms: [affine(2)], base: standardNormal(2) }); // a normal with a diagonal covariance
 * @throws GenaiError unless `features` is an integer of at least 1; when applied, if x has another last axis.
 */
export function affine(features: number): Bijector<AffineParams> {
  const where = `affine(${features})`;
  expectIntegers(where, { features });
  return {
    init: () => ({ logScale: zeros([features]), shift: zeros([features]) }),
    forward: ({ logScale, shift }, x) =>
      scope(() => {
        expectShape(where, x, ['…', features]);
        return { y: add(mul(x, exp(logScale)), shift), logDet: everywhere(sum(logScale), x) };
      }),
    inverse: ({ logScale, shift }, y) =>
      scope(() => {
        expectShape(where, y, ['…', features]);
        return { x: div(sub(y, shift), exp(logScale)), logDet: everywhere(neg(sum(logScale)), y) };
      }),
  };
}
