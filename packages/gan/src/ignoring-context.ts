import type { Layer } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A layer as part of a conditional model, one that does not see the context.
 *
 * @example
 * conditionalGan({ generator: concatenated(net), critic: ignoringContext(critic), prior: standardNormal(64) });
 */
export function ignoringContext<P>(layer: Layer<Tensor, P>): Layer<Tensor, P, Conditioned> {
  return { init: layer.init, apply: (params, { x }, key) => layer.apply(params, x, key) };
}
