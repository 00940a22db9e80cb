import type { Layer } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { concat, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A layer that sees a picture and, before it along the channels, the picture that it was made from: x (batch, height, width,
 * channels) and context (batch, height, width, others); `layer` takes (batch, height, width, others + channels).
 *
 * A critic without it, as {@link ignoringContext} makes one, tells whether a picture is real, not whether it is that of its
 * context.
 *
 * @example
 * const critic = pairedChannels(patchCritic({ channels: 1 + 3 })); // colours of a grey picture
 * @throws GenaiError, when applied, if the two are not pictures of one size.
 * @source Isola et al. 2017, "Image-to-image translation with conditional adversarial networks", eq. 1 (beside eq. 2).
 */
export function pairedChannels<P>(layer: Layer<Tensor, P>): Layer<Tensor, P, Conditioned> {
  return {
    init: layer.init,
    apply: (params, { x, context }, key) =>
      scope(() => {
        expectShape('pairedChannels: x', x, ['batch', 'height', 'width', 'channels']);
        expectShape('pairedChannels: the context', context, [...x.shape.slice(0, -1), 'channels']);
        return layer.apply(params, concat([context, x], -1), key);
      }),
  };
}
