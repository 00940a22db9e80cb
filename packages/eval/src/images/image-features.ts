import { GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, mul, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A net with its weights that turns images into features, as a value: what distances between sets of images are measured on.
 *
 * Numbers compare only where `name` is the same: it goes into signatures.
 */
export interface ImageFeatures {
  /** The net and its weights, without spaces: `fashion-mnist-a12605b0`. */
  readonly name: string;
  /** Numbers in a feature vector. */
  readonly width: number;
  /** Classes that the net tells apart, if it does. */
  readonly classes?: number;
  /** From images in [0, 1], (batch, height, width, 1 or 3), of any size, to (batch, width). Nothing but the result is left over. */
  readonly extract: (images: Tensor) => Tensor;
  /** What the net takes images with such features for: (batch, width) → (batch, classes), with sum 1. */
  readonly probabilities?: (features: Tensor) => Tensor;
}

/** What extractors have that show the inside of their nets, as {@link lpipsDistance} wants it. */
export interface FeatureMaps {
  /** Maps of features of images as `extract` takes them, the lowest first: (batch, rows, columns, channels) each. */
  readonly maps: (images: Tensor) => readonly Tensor[];
}

/** Three channels: grey is repeated. @throws GenaiError unless the images have one or three. */
export function inColour(where: string, images: Tensor): Tensor {
  return channelsOf(where, images) === 3 ? images : scope(() => concat([images, images, images], 3));
}

/** One channel: the luma of three. @throws GenaiError unless the images have one or three. */
export function inGrey(where: string, images: Tensor): Tensor {
  if (channelsOf(where, images) === 1) return images;
  return scope(() => sum(mul(images, LUMA), -1, true)); // (batch, height, width, 1)
}

/** ITU-R BT.601, as Pillow converts to grey. */
const LUMA = [0.299, 0.587, 0.114];

function channelsOf(where: string, images: Tensor): number {
  const [, , , channels] = expectShape(where, images, ['batch', 'height', 'width', 'channels']);
  if (channels === 1 || channels === 3) return channels;
  throw new GenaiError(`${where}: got images of ${channels} channels, expected 1 (grey) or 3 (red, green, blue).`);
}
