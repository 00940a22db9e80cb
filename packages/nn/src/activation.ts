import type { Layer, NoParams } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A function without parameters as a layer.
 *
 * @example
 * sequential(dense(784, 256), activation(silu), dense(256, 10));
 */
export function activation(f: (x: Tensor) => Tensor): Layer<Tensor, NoParams> {
  return { init: () => ({}), apply: (_params, x) => scope(() => f(x)) };
}
