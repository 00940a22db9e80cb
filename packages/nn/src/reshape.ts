import { expectIntegers, GenaiError, type Layer, type NoParams, sizeOf } from '@genai/core';
import { reshape as reshaped, type Tensor } from '@tensorflow/tfjs-core';

/**
 * All dimensions but the first as `shape`: (batch, …) → (batch, …shape).
 *
 * @example
 * sequential(dense(16, 7 * 7 * 32), reshape([7, 7, 32]), conv2dTranspose(32, 1, { strides: 2 }));
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the number of elements differs.
 */
export function reshape(shape: readonly number[]): Layer<Tensor, NoParams> {
  const where = `reshape([${shape.join(', ')}])`;
  for (const size of shape) expectIntegers(where, { 'each size': size });
  const features = sizeOf(shape);
  return {
    init: () => ({}),
    apply: (_params, x) => {
      const [batch] = x.shape;
      if (batch === undefined || x.size !== batch * features) {
        throw new GenaiError(
          `${where}: got shape [${x.shape.join(', ')}], expected [batch, …] with ${features} elements each.`,
        );
      }
      return reshaped(x, [batch, ...shape]);
    },
  };
}
