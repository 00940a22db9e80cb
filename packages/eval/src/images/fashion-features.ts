import { linear, scope } from '@genai/tensor';
import { clipByValue, softmax, type Tensor } from '@tensorflow/tfjs-core';
import { fashionClassifier } from '../fashion-classifier.js';
import type { ImageClassifierParams } from '../image-classifier.js';
import { cleanResize } from './clean-resize.js';
import { type ImageFeatures, inGrey } from './image-features.js';

/**
 * Features of the classifier of small grey pictures that this package carries, as a value: 64 numbers, 10 classes.
 *
 * Pictures of another size are resized to 28 × 28 by {@link cleanResize}, those in colour turned grey. A Fréchet distance of these
 * features is *not* an FID.
 *
 * @example
 * const { net, file } = fashionClassifier();
 * const folder = dirname(fileURLToPath(import.meta.resolve(file)));
 * using fresh = owned(scope(() => net.init(key(0))));
 * const features = fashionFeatures(await load(directory(folder), fresh));
 * const distance = await frechetDistance(features.extract(real), features.extract(generated));
 * @throws GenaiError when applied, unless images are (batch, height, width, 1 or 3).
 */
export function fashionFeatures(params: ImageClassifierParams): ImageFeatures {
  const { net, sha256 } = fashionClassifier();
  return {
    name: `fashion-mnist-${sha256.slice(0, 8)}`,
    width: 64,
    classes: 10,
    extract: (images) => scope(() => net.features(params, small(images))), // (batch, 64)
    probabilities: (features) => scope(() => softmax(linear(features, params.logits.weight, params.logits.bias))), // (batch, 10)
  };
}

const SIZE = 28;

/** (batch, 28, 28, 1) in [0, 1]. */
function small(images: Tensor): Tensor {
  const grey = inGrey('fashionFeatures', images);
  const [, height, width] = grey.shape;
  if (height === SIZE && width === SIZE) return grey;
  return clipByValue(cleanResize(grey, [SIZE, SIZE]), 0, 1); // bicubic weights overshoot
}
