import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Fans } from './fans.js';

/**
 * Draws the first value of a parameter: the same key gives the same numbers on every engine.
 *
 * `fans` counts the connections where the shape alone does not tell them; see {@link fansOf}.
 *
 * @example
 * const small: Initializer = (key, shape) => mul(normalNoise(key, shape), 0.01);
 * dense(784, 256, { initializer: small });
 */
export type Initializer = (key: Key, shape: readonly number[], fans?: Fans) => Tensor;
