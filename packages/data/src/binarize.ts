import { type Batches, fold, type Key, leaves, mapLeaves, randomUniform, type Tree } from '@genai/core';
import { uniformNoise } from '@genai/tensor';
import { cast, less, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.js';
import { map } from './map.js';

/**
 * Turns intensities in [0, 1] into 0 or 1: each is 1 with that probability. Only `float32` tensors are touched, so
 * labels stay as they are.
 *
 * Binarising a **dataset** is static: an example always has the same noise, that of its number. Binarising **batches**
 * is dynamic: batch i draws from `fold(key, i)`, anew every epoch, and the same whenever a run goes on from a cursor.
 *
 * @example
 * const train = binarize(batches(images, { size: 64, key: key(0) }), { key: key(1) }); // dynamic
 * const test = binarize(heldOut, { key: key(2) }); //                                     static
 * @source Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks" (dynamic, section 4).
 */
export function binarize<B extends Tree<Tensor>>(dataset: Dataset<B>, options: { readonly key: Key }): Dataset<B>;
export function binarize<B extends Tree<Tensor>>(batches: Batches<B>, options: { readonly key: Key }): Batches<B>;
export function binarize<B extends Tree<Tensor>>(
  source: Dataset<B> | Batches<B>,
  { key }: { readonly key: Key },
): Dataset<B> | Batches<B> {
  if ('read' in source) {
    return map(source, (group, indices) => drawn(group, (x, leaf) => noiseOfExamples(fold(key, leaf), indices, x)));
  }
  return map(source, (batch, number) =>
    drawn(batch, (x, leaf) => uniformNoise(fold(fold(key, number), leaf), x.shape)),
  );
}

function drawn<B extends Tree<Tensor>>(tree: B, noise: (x: Tensor, leaf: number) => Tensor): B {
  const places = new Map(leaves<Tensor>(tree).map(([path], i) => [path, i]));
  return mapLeaves<Tensor, B>(tree, (x, path) =>
    x.dtype === 'float32' ? cast(less(noise(x, places.get(path)!), x), 'float32') : x,
  );
}

/** Noise of shape (examples, …) whose rows depend on the numbers of the examples alone. */
function noiseOfExamples(key: Key, indices: Uint32Array, x: Tensor): Tensor {
  const row = x.size / Math.max(1, indices.length);
  const noise = new Float32Array(x.size);
  for (const [i, index] of indices.entries()) noise.set(randomUniform(fold(key, index), row), i * row);
  return tensor(noise, x.shape, 'float32');
}
