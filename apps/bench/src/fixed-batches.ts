import { disposeTree, type Key, randomUniform, sizeOf, split, type Tree } from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Data } from './workload.js';

/** `count` batches made once and used in turn, as the peers do: what is timed is training, not the making of data. */
export function fixedBatches<B extends Tree<Tensor>>(count: number, key: Key, make: (key: Key) => B): Data<B> {
  const made = split(key, count).map(make);
  return { batch: (i) => made[i % count]!, dispose: () => made.forEach(disposeTree) };
}

/** Pixels of U[min, max). */
export function greyPixels(key: Key, shape: readonly number[], min: number, max: number): Tensor {
  return tensor(randomUniform(key, sizeOf(shape), { min, max }), [...shape]);
}

/** Pixels that are 1 with probability 0.2, else 0. */
export function binaryPixels(key: Key, shape: readonly number[]): Tensor {
  return tensor(
    randomUniform(key, sizeOf(shape)).map((u) => (u < 0.2 ? 1 : 0)),
    [...shape],
  );
}
