import { expectIntegers, GenaiError, type Model, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type PixelDistribution, type PixelModelParts, pixelDistribution } from './pixel-distribution.js';

/**
 * p(picture) = ∏ p(pixel | pixels before it in raster order): exact log-probabilities in nats, draws pixel by pixel.
 *
 * Its parameters are those of the net. `logProb` runs the net once; a draw takes height · width steps, each as small as the net's
 * cache makes it, and the t-th pixel is drawn by `fold(key, t)`.
 *
 * @example
 * const digits = pixelModel({ net: pixelCnn(), emission: binaryPixels(), height: 28, width: 28 });
 * using params = owned(digits.init(key(0)));
 * using images = owned(scope(() => digits.given(params).sample(key(1), [16]))); // (16, 28, 28, 1)
 * @throws GenaiError if a size is out of range, net and emission do not fit together or the net needs a context; when used, if
 * pictures do not fit.
 * @source van den Oord et al. 2016, "Pixel recurrent neural networks", eq. 1.
 */
export function pixelModel<N, S extends Tree<Tensor>>(parts: PixelModelParts<N, S>): Model<N, PixelDistribution> {
  expectPixelParts('pixelModel', parts);
  const { net } = parts;
  if (net.context > 0) {
    throw new GenaiError(
      `pixelModel: the net takes a context of width ${net.context}. Use conditionalPixelModel, or make the net without.`,
    );
  }
  return { init: net.init, given: (params, _context, key) => pixelDistribution(parts, params, { key }) };
}

/** @throws GenaiError that names the place if a size is out of range or net and emission do not fit together. */
export function expectPixelParts<N, S extends Tree<Tensor>>(where: string, parts: PixelModelParts<N, S>): void {
  const { net, emission, height, width } = parts;
  expectIntegers(where, { height, width });
  if (net.channels === emission.channels && net.outputs === emission.outputs) return;
  throw new GenaiError(
    `${where}: the net takes ${net.channels} channels and gives ${net.outputs} outputs, the emission has ` +
      `${emission.channels} and needs ${emission.outputs}. Make the net with those.`,
  );
}
