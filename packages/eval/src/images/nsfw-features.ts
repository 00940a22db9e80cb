import { expectIntegers, GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { clipByValue, concat, mean, mul, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { cleanResize } from './clean-resize.js';
import { type ImageFeatures, inColour } from './image-features.js';

/** What is needed of the model that `load()` of the npm package `nsfwjs` gives: it must run on the same TensorFlow.js. */
export interface NsfwModel {
  /** From one picture (height, width, 3) of 0 to 255 to what the layer gives, with a leading dimension of 1. */
  readonly infer: (image: never, layer?: string) => Tensor;
}

export interface NsfwFeaturesOptions {
  /** The layer whose output is taken, averaged over pixels where it has some. Default: the last before the mean. */
  readonly layer?: string;
  /** Its channels; 1280 unless given. */
  readonly width?: number;
}

/**
 * Features of the MobileNet v2 of the npm package `nsfwjs`, trained to tell indecent pictures: a net for natural images that npm
 * delivers, named for what it is, `nsfw-mobilenet-v2`.
 *
 * Its features are *not* Inception's. Pictures are resized by {@link cleanResize} to 224 × 224 and seen one by one. Install `nsfwjs`
 * yourself; this package does not depend on it.
 *
 * @example
 * const features = nsfwFeatures(await load('MobileNetV2')); // load of nsfwjs
 * const distance = await frechetDistance(features.extract(real), features.extract(generated));
 * @throws GenaiError when applied, unless images are (batch, height, width, 1 or 3) and the layer gives `width` numbers.
 * @source Sandler et al. 2018, "MobileNetV2: inverted residuals and linear bottlenecks", table 2.
 */
export function nsfwFeatures(
  model: NsfwModel,
  { layer = 'out_relu', width = 1280 }: NsfwFeaturesOptions = {},
): ImageFeatures {
  expectIntegers('nsfwFeatures', { width });
  return {
    name: layer === 'out_relu' ? 'nsfw-mobilenet-v2' : `nsfw-mobilenet-v2-${layer}`,
    width,
    extract: (images) =>
      scope(() => {
        const colour = inColour('nsfwFeatures', images);
        const bytes = mul(clipByValue(cleanResize(colour, [SIZE, SIZE]), 0, 1), 255); // (batch, 224, 224, 3)
        const rows = Array.from({ length: bytes.shape[0]! }, (_, i) => {
          const image = reshape(slice(bytes, [i, 0, 0, 0], [1, SIZE, SIZE, 3]), [SIZE, SIZE, 3]);
          const found = model.infer(image as never, layer); // (1, rows, columns, width) or (1, width)
          if (found.shape[0] !== 1 || found.shape.at(-1) !== width) {
            throw new GenaiError(
              `nsfwFeatures: layer "${layer}" gave shape [${found.shape.join(', ')}], expected [1, …, ${width}]. Pass its width.`,
            );
          }
          return mean(reshape(found, [-1, width]), 0, true); // (1, width)
        });
        return concat(rows); // (batch, width)
      }),
  };
}

const SIZE = 224;
