import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Fans, fansOf } from './fans.js';
import { scaledNormal, scaledUniform } from './scaled-noise.js';

/**
 * N(0, 2 / (inputs + outputs)): a compromise between the variance of activations and that of gradients, for layers
 * that are linear near 0.
 *
 * @source Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", eq. 12.
 */
export function glorotNormal(key: Key, shape: readonly number[], fans: Fans = fansOf(shape)): Tensor {
  return scaledNormal(key, shape, Math.sqrt(2 / (fans.inputs + fans.outputs)));
}

/**
 * U(−a, a), a = √(6 / (inputs + outputs)): the variance of {@link glorotNormal} without its tails.
 *
 * @example
 * dense(256, 10, { initializer: glorotUniform });
 * @source Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", eq. 16.
 */
export function glorotUniform(key: Key, shape: readonly number[], fans: Fans = fansOf(shape)): Tensor {
  return scaledUniform(key, shape, Math.sqrt(6 / (fans.inputs + fans.outputs)));
}
