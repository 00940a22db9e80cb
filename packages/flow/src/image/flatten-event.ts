import { expectIntegers, type NoParams, sizeOf } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { reshape, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/**
 * Events of `shape` as vectors: (batch, …shape) → (batch, features). What ends in one vector fits a base over vectors, and
 * {@link factorOut}.
 *
 * @example
 * const toVector = flattenEvent([7, 7, 8]); // (batch, 7, 7, 8) → (batch, 392)
 * @throws GenaiError if a size is not an integer of at least 1; when used, if events have another shape.
 */
export function flattenEvent(shape: readonly number[]): Bijector<NoParams> {
  const where = `flattenEvent([${shape.join(', ')}])`;
  for (const size of shape) expectIntegers(where, { 'each size': size });
  const features = sizeOf(shape);
  return {
    init: () => ({}),
    forward: (_params, x) => {
      expectShape(where, x, [x.shape[0] ?? 0, ...shape]);
      return scope(() => ({ y: reshape(x, [x.shape[0]!, features]), logDet: zeros([x.shape[0]!]) }));
    },
    inverse: (_params, y) => {
      const [batch] = expectShape(where, y, ['batch', features]);
      return scope(() => ({ x: reshape(y, [batch, ...shape]), logDet: zeros([batch]) }));
    },
    eventBefore: () => shape,
  };
}
