import type { Layer } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x + layer(x), with the parameters of `layer`.
 *
 * @example
 * sequential(dense(784, 64), residual(mlp([64, 256, 64])), dense(64, 10));
 * @throws GenaiError, when applied, if `layer` does not give the shape of its input.
 * @source He et al. 2016, "Deep residual learning for image recognition", eq. 1.
 */
export function residual<P>(layer: Layer<Tensor, P>): Layer<Tensor, P> {
  return {
    init: layer.init,
    apply: (params, x, key) =>
      scope(() => {
        const y = layer.apply(params, x, key);
        expectShape('residual', y, x.shape);
        return add(x, y);
      }),
  };
}
