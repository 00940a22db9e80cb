import type { Key } from '@genai/core';
import { fill, type Tensor } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializer.js';

/**
 * Every element is `value`.
 *
 * @example
 * dense(784, 256, { initializer: constant(0.5) });
 */
export function constant(value: number): Initializer {
  return (_key, shape) => fill([...shape], value, 'float32');
}

/** Every element is 0. */
export function zeros(_key: Key, shape: readonly number[]): Tensor {
  return fill([...shape], 0, 'float32');
}

/** Every element is 1. */
export function ones(_key: Key, shape: readonly number[]): Tensor {
  return fill([...shape], 1, 'float32');
}
