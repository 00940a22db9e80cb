import {
  GenaiError,
  type Key,
  randomGumbel,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  sizeOf,
} from '@genai/core';
import { engine, getBackend, getKernel, type Tensor, tensor } from '@tensorflow/tfjs-core';

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
  const size = count('uniformNoise', shape);
  const { min = 0, max = 1 } = range;
  // What is out of range is told by the host's function.
  if (!(min <= max && Number.isFinite(max - min)))
    return tensor(randomUniform(key, size, range), [...shape], 'float32');
  return noise('uniform', key, shape, () => randomUniform(key, size, range), { min, max });
}

/**
 * N(0, 1) of this shape: the same numbers for a key on every engine.
 *
 * @example
 * const z = normalNoise(key(0), [batch, features]); // (batch, features)
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function normalNoise(key: Key, shape: readonly number[]): Tensor {
  const size = count('normalNoise', shape);
  return noise('normal', key, shape, () => randomNormal(key, size));
}

/**
 * N(0, 1) truncated to (−2, 2), of this shape: the same numbers for a key on every engine.
 *
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function truncatedNormalNoise(key: Key, shape: readonly number[]): Tensor {
  const size = count('truncatedNormalNoise', shape);
  return noise('truncatedNormal', key, shape, () => randomTruncatedNormal(key, size));
}

/**
 * Gumbel(0, 1) of this shape: the same numbers for a key on every engine.
 *
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function gumbelNoise(key: Key, shape: readonly number[]): Tensor {
  const size = count('gumbelNoise', shape);
  return noise('gumbel', key, shape, () => randomGumbel(key, size));
}

/** From the engine's own generator where it has one: then nothing is copied, and a recorded step can draw anew. */
function noise(
  kind: string,
  key: Key,
  shape: readonly number[],
  onHost: () => Float32Array,
  range: { readonly min?: number; readonly max?: number } = {},
): Tensor {
  if (!getKernel(RANDOM, getBackend())) return tensor(onHost(), [...shape], 'float32');
  const attrs = { kind, key: [...key], shape: [...shape], ...range };
  return engine().runKernel(RANDOM, {}, attrs) as Tensor;
}

const RANDOM = 'GenaiRandom';

function count(where: string, shape: readonly number[]): number {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new GenaiError(`${where}: sizes of a shape must be integers of at least 0, got [${shape.join(', ')}].`);
  }
  return sizeOf(shape);
}
