import { scope } from '@genai/tensor';
import { avgPool, reshape, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { featureNet } from './feature-net.js';

export type ImageShape = readonly [height: number, width: number, channels: number];

/** What pictures are compared by. */
export interface Features {
  /** Printed with every number that is taken on them. */
  readonly name: string;
  /** Images (count, height, width, channels) in [0, 1] to (count, width). The tensor belongs to the caller. */
  readonly of: (images: Tensor) => Promise<Tensor>;
}

/** Means of squares of pixels so large that at most this many are left on a side. */
const MOST = 14;

/**
 * The features for images of a shape: those of the shipped classifier for grey 28 × 28, else {@link pixelFeatures}.
 *
 * None of them is Inception's: the numbers on them compare models with each other and tell a collapse and progress.
 */
export function featuresFor(shape: ImageShape): Promise<Features> | Features {
  return String(shape) === '28,28,1' ? featureNet() : pixelFeatures(shape);
}

/** Pixels, those of large pictures averaged over squares of 2 × 2, 4 × 4, … to at most 14 × 14. */
export function pixelFeatures([height, width, channels]: ImageShape): Features {
  let square = 1;
  while (Math.max(height, width) / square > MOST) square *= 2;
  const [down, across] = [Math.ceil(height / square), Math.ceil(width / square)];
  return {
    name: `pixels ${down}×${across}${channels > 1 ? `×${channels}` : ''}`,
    of: async (images) =>
      scope(() => {
        const small = square > 1 ? avgPool(images as Tensor4D, square, square, 'same') : images;
        return reshape(small, [images.shape[0]!, down * across * channels]);
      }),
  };
}
