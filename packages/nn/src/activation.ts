import type { Layer, NoParams } from '@genai/core';
import { scope } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A function without parameters as a layer.
 *
 * @example
 * sequential(dense(784, 256), activation(silu), dense(256, 10));
 */
export function activation(f: (x: Tensor) => Tensor): Layer<Tensor, NoParams> {
  return { init: () => ({}), apply: (_params, x) => scope(() => own(f(x), x)) };
}

/** The output belongs to the caller: an `f` that hands its input back must not give that away. */
function own(y: Tensor, x: Tensor): Tensor {
  return y === x ? clone(x) : y;
}
