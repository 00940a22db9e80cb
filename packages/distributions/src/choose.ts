import type { Key } from '@genai/core';
import { gumbelNoise, stopGradient } from '@genai/tensor';
import { add, argMax, cast, oneHot, ones, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Draws an index with probability softmax(logits) and gives it as a row of one 1 and zeros, of this shape, whose last axis
 * is that of the logits. Float32, without gradient.
 */
export function choose(key: Key, logits: Tensor, shape: readonly number[]): Tensor {
  const count = shape.at(-1)!;
  if (count === 1) return ones([...shape]); // oneHot refuses to
  const index = argMax(add(stopGradient(logits), gumbelNoise(key, shape)), -1);
  return cast(oneHot(cast(index, 'int32'), count), 'float32');
}
