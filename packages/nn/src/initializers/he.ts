import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Fans, fansOf } from './fans.js';
import { scaledNormal, scaledUniform } from './scaled-noise.js';

/**
 * N(0, 2 / inputs): keeps the variance of activations through layers of ReLU.
 *
 * @example
 * dense(784, 256, { initializer: heNormal });
 * @source He et al. 2015, "Delving deep into rectifiers", eq. 10.
 */
export function heNormal(key: Key, shape: readonly number[], fans: Fans = fansOf(shape)): Tensor {
  return scaledNormal(key, shape, Math.sqrt(2 / fans.inputs));
}

/**
 * U(−a, a), a = √(6 / inputs): the variance of {@link heNormal} without its tails.
 *
 * @source He et al. 2015, "Delving deep into rectifiers", eq. 10.
 */
export function heUniform(key: Key, shape: readonly number[], fans: Fans = fansOf(shape)): Tensor {
  return scaledUniform(key, shape, Math.sqrt(6 / fans.inputs));
}
