import { scope } from '@genai/tensor';
import { add, clipByValue, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/** Images in [0, 1] as those in [−1, 1] that adversarial models make and judge. */
export function signed(images: Tensor): Tensor {
  return scope(() => sub(mul(images, 2), 1));
}

/** What such a model made as images in [0, 1]; what lies outside is cut. */
export function unsigned(images: Tensor): Tensor {
  return scope(() => clipByValue(mul(add(images, 1), 0.5), 0, 1));
}
