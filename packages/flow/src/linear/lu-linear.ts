import { expectIntegers, type Key, randomPermutation } from '@genai/core';
import { expectShape, inverseOrder, linear, reorder, scope } from '@genai/tensor';
import { add, exp, eye, matMul, mul, neg, ones, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { everywhere } from './everywhere.js';
import { inverseOfTriangle } from './inverse-of-triangle.js';
import { triangleMask } from './triangle-mask.js';

/** L strictly below the diagonal and U strictly above, (features, features), and s, (features). */
export type LuLinearParams = { readonly triangles: Tensor; readonly logDiagonal: Tensor };

/**
 * An invertible matrix over the features at every place, y = P L (U + diag e^s) x: the invertible 1 × 1 convolution.
 *
 * L has a diagonal of ones. P is a permutation that is part of the definition, drawn from `key`, and the identity without one;
 * L and U begin as the identity. Both ways cost one product with a matrix, which is made anew each time in about
 * 2 log₂ features products of its size. The way back is exact to rounding times the condition number of the matrix: rows of
 * triangles whose absolute values add up to more than about 1 lose digits.
 *
 * @example
 * const mixed = luLinear(12, { key: key(1) }); // (batch, height, width, 12)
 * @throws GenaiError unless `features` is an integer of at least 1; when applied, if x has another last axis.
 * @source Kingma and Dhariwal 2018, "Glow: Generative flow with invertible 1×1 convolutions", eq. 10 and 11.
 */
export function luLinear(features: number, { key }: { readonly key?: Key } = {}): Bijector<LuLinearParams> {
  const where = `luLinear(${features})`;
  expectIntegers(where, { features });
  const order = key && [...randomPermutation(key, features)];
  const back = order && inverseOrder(order);
  return {
    init: () => ({ triangles: zeros([features, features]), logDiagonal: zeros([features]) }),
    forward: ({ triangles, logDiagonal }, x) =>
      scope(() => {
        expectShape(where, x, ['…', features]);
        const one = eye(features);
        const lower = add(mul(triangles, triangleMask(features, 'below')), one);
        const upper = add(mul(triangles, triangleMask(features, 'above')), mul(one, exp(logDiagonal)));
        const weight = matMul(upper, lower, true, true); // (L U)ᵀ, since features are along rows
        const y = linear(x, order ? reorder(weight, order) : weight);
        return { y, logDet: everywhere(sum(logDiagonal), x) };
      }),
    inverse: ({ triangles, logDiagonal }, y) =>
      scope(() => {
        expectShape(where, y, ['…', features]);
        const lower = inverseOfTriangle(mul(triangles, triangleMask(features, 'below')), ones([features]));
        const upper = inverseOfTriangle(mul(triangles, triangleMask(features, 'above')), exp(logDiagonal));
        const weight = matMul(lower, upper, true, true); // (U⁻¹ L⁻¹)ᵀ
        const x = linear(back ? reorder(y, back) : y, weight);
        return { x, logDet: everywhere(neg(sum(logDiagonal)), y) };
      }),
  };
}
