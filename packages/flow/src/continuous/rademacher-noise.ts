import type { Key } from '@genai/core';
import { scope, uniformNoise } from '@genai/tensor';
import { floor, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * −1 or 1 with equal chance, of this shape: the same numbers for a key on every engine.
 *
 * @example
 * const v = rademacherNoise(key(0), [batch, features]); // (batch, features)
 * @throws GenaiError if the shape has a size that is not an integer of at least 0.
 */
export function rademacherNoise(key: Key, shape: readonly number[]): Tensor {
  return scope(() => sub(mul(floor(mul(uniformNoise(key, shape), 2)), 2), 1));
}
