import { GenaiError } from '@genai/core';
import { type Tensor, tensor1d, gather as tfGather } from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.js';

/**
 * The last axis in another order, y[…, i] = x[…, order[i]], with a gradient to any order on every engine.
 *
 * @example
 * const reversed = reorder(x, [2, 1, 0]); // (batch, 3) → (batch, 3)
 * @throws GenaiError unless `order` names each place of the last axis once.
 */
export function reorder(x: Tensor, order: readonly number[]): Tensor {
  const inverse = inverseOrder(order);
  if (x.rank === 0 || x.shape.at(-1) !== order.length) {
    throw new GenaiError(`reorder: x has shape [${x.shape.join(', ')}], the order has ${order.length} places.`);
  }
  return reordered(x, order, inverse);
}

/**
 * The order that undoes `order`.
 *
 * @throws GenaiError unless `order` holds each of 0 … length − 1 once.
 */
export function inverseOrder(order: readonly number[]): readonly number[] {
  const inverse = new Array<number>(order.length).fill(-1);
  for (const [i, from] of order.entries()) inverse[from] = i;
  if (inverse.length !== order.length || inverse.includes(-1)) {
    throw new GenaiError(`reorder: the order [${order.join(', ')}] must hold each of 0 to ${order.length - 1} once.`);
  }
  return inverse;
}

function reordered(x: Tensor, order: readonly number[], inverse: readonly number[]): Tensor {
  return withGradient([x], {
    forward: (x) => ({ value: tfGather(x!, tensor1d([...order], 'int32'), x!.rank - 1) }),
    backward: (dy) => [reordered(dy, inverse, order)],
  });
}
