import { expectIntegers, GenaiError, type Key, type NoParams, split } from '@genai/core';
import { type ConvolutionParams, conv2d, type DenseParams, dense, flatten, sequential } from '@genai/nn';
import { scope } from '@genai/tensor';
import { relu, type Tensor } from '@tensorflow/tfjs-core';

export interface ImageClassifierOptions {
  /** Side of the square images, a multiple of 4; 28 unless given. */
  readonly size?: number;
  /** Channels of the images; 1 unless given. */
  readonly channels?: number;
  /** 10 unless given. */
  readonly classes?: number;
  /** Channels of the first convolution, half of those of the others; 16 unless given. */
  readonly width?: number;
  /** Length of a feature vector; 64 unless given. */
  readonly features?: number;
}

/** The weights of an {@link imageClassifier}, by layer. */
export type ImageClassifierParams = {
  readonly first: ConvolutionParams;
  readonly second: ConvolutionParams;
  readonly third: ConvolutionParams;
  readonly features: readonly [NoParams, DenseParams];
  readonly logits: DenseParams;
};

/** A small net that tells classes of images, and whose last hidden layer serves as features of them. */
export interface ImageClassifier {
  readonly init: (key: Key) => ImageClassifierParams;
  /** From (batch, size, size, channels) in [0, 1] to (batch, features), none negative. */
  readonly features: (params: ImageClassifierParams, images: Tensor) => Tensor;
  /** From (batch, size, size, channels) in [0, 1] to (batch, classes). */
  readonly logits: (params: ImageClassifierParams, images: Tensor) => Tensor;
}

/**
 * Three 3 × 3 convolutions, the last two with stride 2, a dense layer of features and one of logits, with ReLU between.
 *
 * Features of such a net stand in for those of Inception where images are small and grey: a Fréchet distance of them compares models
 * with each other, but is *not* an Inception FID, and no figure of one can be set beside a figure of the other.
 *
 * @example
 * const net = imageClassifier({ size: 28, classes: 10 });
 * const { frechet } = await sampleHealth(net.features(params, real), net.features(params, generated));
 * @throws GenaiError if `size` is not a multiple of 4, or another size is not an integer of at least 1.
 */
export function imageClassifier({
  size = 28,
  channels = 1,
  classes = 10,
  width = 16,
  features: length = 64,
}: ImageClassifierOptions = {}): ImageClassifier {
  expectIntegers('imageClassifier', { size, channels, classes, width, features: length });
  if (size % 4 !== 0) {
    throw new GenaiError(`imageClassifier: size must be a multiple of 4, got ${size}. Pad or scale the images.`);
  }
  const inner = 2 * width;
  const first = conv2d(channels, width);
  const second = conv2d(width, inner, { strides: 2 });
  const third = conv2d(inner, inner, { strides: 2 });
  const last = sequential<readonly [NoParams, DenseParams]>(flatten(), dense((size / 4) ** 2 * inner, length));
  const head = dense(length, classes);
  const features = (params: ImageClassifierParams, images: Tensor): Tensor =>
    scope(() => {
      const wide = relu(first.apply(params.first, images)); // (batch, size, size, width)
      const half = relu(second.apply(params.second, wide)); // (batch, size / 2, size / 2, 2 · width)
      const quarter = relu(third.apply(params.third, half)); // (batch, size / 4, size / 4, 2 · width)
      return relu(last.apply(params.features, quarter)); // (batch, features)
    });
  return {
    init: (key) => {
      const [a, b, c, d, e] = split(key, 5);
      return scope(() => ({
        first: first.init(a!),
        second: second.init(b!),
        third: third.init(c!),
        features: last.init(d!),
        logits: head.init(e!),
      }));
    },
    features,
    logits: (params, images) => scope(() => head.apply(params.logits, features(params, images))),
  };
}
