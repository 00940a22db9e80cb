import { mul, round, type Tensor } from '@tensorflow/tfjs-core';

/** Intensities in [0, 1] as the integers 0 … 255 that they were read from, float32. */
export function integers(images: Tensor): Tensor {
  return round(mul(images, 255));
}
