import { scope } from '@genai/tensor';
import { abs, add, div, mul, type Tensor } from '@tensorflow/tfjs-core';

/** x / (1 + |x| / limit): the identity near 0, within ±limit everywhere, and nowhere flat. */
export function softClip(x: Tensor, limit: number): Tensor {
  return scope(() => div(x, add(mul(abs(x), 1 / limit), 1)));
}
