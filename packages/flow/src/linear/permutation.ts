import { expectIntegers, type Key, type NoParams, randomPermutation } from '@genai/core';
import { expectShape, inverseOrder, reorder, scope } from '@genai/tensor';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/**
 * The features, the last axis, in another order: y[…, i] = x[…, order[i]].
 *
 * @example
 * const swapped = permutation([1, 0]);
 * @throws GenaiError unless `order` holds each of 0 … features − 1 once; when applied, if x has another last axis.
 */
export function permutation(order: readonly number[]): Bijector<NoParams> {
  const where = `permutation(${order.length})`;
  expectIntegers(where, { features: order.length });
  const back = inverseOrder(order);
  const move = (x: Tensor, to: readonly number[]): [moved: Tensor, logDet: Tensor] => {
    expectShape(where, x, ['…', order.length]);
    return [reorder(x, to), zeros([x.shape[0]!])];
  };
  return {
    init: () => ({}),
    forward: (_params, x) =>
      scope(() => {
        const [y, logDet] = move(x, order);
        return { y, logDet };
      }),
    inverse: (_params, y) =>
      scope(() => {
        const [x, logDet] = move(y, back);
        return { x, logDet };
      }),
  };
}

/**
 * The features in reverse.
 *
 * @example
 * const layers = sequence(autoregressive({ features: 6, map: affineMap() }), reverse(6));
 * @throws GenaiError unless `features` is an integer of at least 1.
 */
export function reverse(features: number): Bijector<NoParams> {
  expectIntegers(`reverse(${features})`, { features });
  return permutation(Array.from({ length: features }, (_, i) => features - 1 - i));
}

/**
 * The features in a random order, which is part of the definition: the same key gives the same map, and `init` changes nothing.
 *
 * @example
 * const mixed = shuffle(6, key(1));
 * @throws GenaiError unless `features` is an integer of at least 1.
 */
export function shuffle(features: number, key: Key): Bijector<NoParams> {
  expectIntegers(`shuffle(${features})`, { features });
  return permutation([...randomPermutation(key, features)]);
}
