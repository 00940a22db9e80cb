import {
  GenaiError,
  type Key,
  randomGumbel,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  sizeOf,
} from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/**
 * U[min, max) of this shape: the same numbers for a key on every engine.
 *
 * @example
 * const x = uniformNoise(key(0), [batch, features], { min: -1 }); // (batch, features)
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function uniformNoise(
  key: Key,
  shape: readonly number[],
  range: { readonly min?: number; readonly max?: number } = {},
): Tensor {
  return tensor(randomUniform(key, count('uniformNoise', shape), range), [...shape], 'float32');
}

/**
 * N(0, 1) of this shape: the same numbers for a key on every engine.
 *
 * @example
 * const z = normalNoise(key(0), [batch, features]); // (batch, features)
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function normalNoise(key: Key, shape: readonly number[]): Tensor {
  return tensor(randomNormal(key, count('normalNoise', shape)), [...shape], 'float32');
}

/**
 * N(0, 1) truncated to (−2, 2), of this shape: the same numbers for a key on every engine.
 *
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function truncatedNormalNoise(key: Key, shape: readonly number[]): Tensor {
  return tensor(randomTruncatedNormal(key, count('truncatedNormalNoise', shape)), [...shape], 'float32');
}

/**
 * Gumbel(0, 1) of this shape: the same numbers for a key on every engine.
 *
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function gumbelNoise(key: Key, shape: readonly number[]): Tensor {
  return tensor(randomGumbel(key, count('gumbelNoise', shape)), [...shape], 'float32');
}

function count(where: string, shape: readonly number[]): number {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new GenaiError(`${where}: sizes of a shape must be integers of at least 0, got [${shape.join(', ')}].`);
  }
  return sizeOf(shape);
}
