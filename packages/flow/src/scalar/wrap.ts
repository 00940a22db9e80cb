import { stopGradient } from '@genai/tensor';
import { add, clipByValue, floor, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/** x brought into [−bound, bound) by whole turns of 2 · bound; what lies there already stays as it is. */
export function wrap(x: Tensor, bound: number): Tensor {
  const at = stopGradient(x);
  const turns = floor(mul(add(at, bound), 1 / (2 * bound)));
  const moved = sub(x, mul(turns, 2 * bound));
  const still = stopGradient(moved);
  // Rounding may leave it beyond an end by its last digit; that is mended without cutting the gradient.
  return add(moved, sub(clipByValue(still, -bound, bound), still));
}
