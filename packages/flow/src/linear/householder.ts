import { expectIntegers } from '@genai/core';
import { expectShape, linear, normalNoise, scope } from '@genai/tensor';
import { type Tensor, transpose, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { householderMatrix } from './householder-matrix.js';

/** The vectors, each orthogonal to its mirror, (count, features). Their lengths do not matter. */
export type HouseholderParams = { readonly vectors: Tensor };

/**
 * A learned orthogonal matrix over the features at every place: `count` reflections one after another, as many as features
 * unless given. It keeps volumes, and its inverse is its transpose.
 *
 * As many as features reach every orthogonal matrix of their determinant; fewer make a smaller family. It begins as a random one.
 *
 * @example
 * const turned = householder(6, 2);
 * @throws GenaiError unless `features` and `count` are integers of at least 1; when applied, if x has another last axis.
 * @source Tomczak and Welling 2016, "Improving variational auto-encoders using Householder flow".
 */
export function householder(features: number, count: number = features): Bijector<HouseholderParams> {
  const where = `householder(${features}, ${count})`;
  expectIntegers(where, { features, count });
  return {
    init: (key) => ({ vectors: normalNoise(key, [count, features]) }),
    forward: ({ vectors }, x) =>
      scope(() => {
        expectShape(where, x, ['…', features]);
        return { y: linear(x, householderMatrix(vectors)), logDet: zeros([x.shape[0]!]) };
      }),
    inverse: ({ vectors }, y) =>
      scope(() => {
        expectShape(where, y, ['…', features]);
        return { x: linear(y, transpose(householderMatrix(vectors))), logDet: zeros([y.shape[0]!]) };
      }),
  };
}
