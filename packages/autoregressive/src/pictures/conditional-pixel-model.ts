import { GenaiError, type Key, type Layer, type Model, split, type Tree } from '@genai/core';
import { scope, uniformNoise } from '@genai/tensor';
import { cast, greaterEqual, mul, type Tensor } from '@tensorflow/tfjs-core';
import { type PixelDistribution, type PixelModelParts, pixelDistribution } from './pixel-distribution.js';
import { expectPixelParts } from './pixel-model.js';

/** The parameters of {@link conditionalPixelModel}. */
export type ConditionalPixelModelParams<N, E> = { readonly net: N; readonly context: E };

export interface ConditionalPixelModelParts<N, S extends Tree<Tensor>, E> extends PixelModelParts<N, S> {
  /** From the context, one row for each picture, to (batch, the width that the net takes), such as `embedding(10, 16)` of classes. */
  readonly context: Layer<Tensor, E>;
  /** Share of the pictures whose context is zeros instead in training, so that {@link guided} can draw. Default 0. */
  readonly forget?: number;
}

/**
 * p(picture | context) = ∏ p(pixel | pixels before it, context), as {@link pixelModel}; the batch is that of the context.
 *
 * @example
 * const digits = conditionalPixelModel({
 *   net: gatedPixelCnn({ context: 16 }),
 *   emission: binaryPixels(),
 *   height: 28,
 *   width: 28,
 *   context: embedding(10, 16),
 * });
 * const seven = digits.given(params, tensor1d([7], 'int32')).sample(key(1), [16]); // (16, 1, 28, 28, 1)
 * @throws GenaiError if a size or share is out of range or net, emission and context do not fit together; when used, if pictures or
 * context do not fit.
 * @source van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders", eq. 3.
 */
export function conditionalPixelModel<N, S extends Tree<Tensor>, E>(
  parts: ConditionalPixelModelParts<N, S, E>,
): Model<ConditionalPixelModelParams<N, E>, PixelDistribution, Tensor> {
  const { net, context: embed, forget = 0 } = parts;
  expectPixelParts('conditionalPixelModel', parts);
  if (net.context === 0) {
    throw new GenaiError('conditionalPixelModel: the net takes no context. Make it with { context: a width }.');
  }
  if (!(forget >= 0 && forget < 1)) {
    throw new GenaiError(`conditionalPixelModel: forget must be a share of at least 0 and below 1, got ${forget}.`);
  }
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => ({ net: net.init(a), context: embed.init(b) }));
    },
    given: (params, input, key) => {
      const [a, b, c] = key ? split(key, 3) : [];
      const context = scope(() => forgotten(embed.apply(params.context, input, a), forget, b));
      return pixelDistribution(parts, params.net, { context, key: c });
    },
  };
}

/** With zeros in the place of some rows of (batch, width). */
function forgotten(context: Tensor, share: number, key: Key | undefined): Tensor {
  if (!key || share === 0) return context;
  return mul(context, cast(greaterEqual(uniformNoise(key, [context.shape[0]!, 1]), share), 'float32'));
}
