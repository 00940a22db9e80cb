import { type Batches, fold, type Key } from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expectInteger } from './expect.js';
import { loader } from './loader.js';
import type { Toy } from './toys/toy.js';

/**
 * Fresh batches of a toy without end, (size, …): batch i is drawn from `fold(key, i)`, so no example comes twice and
 * the cursor is exact at no cost.
 *
 * @example
 * const data = draws(moons(), { size: 256, key: key(0) }); // (256, 2) float32
 */
export function draws(
  toy: Pick<Toy<Float32Array | Int32Array>, 'shape' | 'sample'>,
  { size, key }: { readonly size: number; readonly key: Key },
): Batches<Tensor> {
  expectInteger('draws', 'size', size, 1);
  return loader(async function* (cursor) {
    for (let number = cursor; ; number++) {
      const values = toy.sample(fold(key, number), size);
      yield tensor(values, [size, ...toy.shape], values instanceof Int32Array ? 'int32' : 'float32');
    }
  });
}
