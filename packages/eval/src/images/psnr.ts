import { GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { log, mean, mul, squaredDifference, sub, type Tensor } from '@tensorflow/tfjs-core';

export interface PsnrOptions {
  /** From the least value to the greatest that a pixel can have: 1 for pictures in [0, 1], 255 for bytes. */
  readonly range: number;
}

/**
 * The peak signal-to-noise ratio of pairs of images, 10 log₁₀ (range² / mean squared error), in dB; higher is better, infinite for
 * equal images.
 *
 * a, b: (batch, height, width, channels); result: (batch). Differentiable where the images differ.
 *
 * @example
 * const loss = mul(mean(psnr(decoded, images, { range: 1 })), -1);
 * @throws GenaiError unless both have that one shape, and `range` is positive.
 * @source Huynh-Thu and Ghanbari 2008, "Scope of validity of PSNR in image/video quality assessment".
 */
export function psnr(a: Tensor, b: Tensor, { range }: PsnrOptions): Tensor {
  expectPairs('psnr', a, b, range);
  return scope(() => {
    const error = mean(squaredDifference(a, b), [1, 2, 3]); // (batch)
    return sub(20 * Math.log10(range), mul(log(error), 10 / Math.LN10));
  });
}

/** @throws GenaiError unless two tensors are images of one shape and `range` is positive. */
export function expectPairs(
  where: string,
  a: Tensor,
  b: Tensor,
  range: number,
): [batch: number, height: number, width: number, channels: number] {
  const shape = expectShape(`${where}, a`, a, ['batch', 'height', 'width', 'channels']);
  expectShape(`${where}, b`, b, shape);
  if (!(range > 0 && range < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(
      `${where}: got range ${range}, expected a positive number. Pass 1 for pixels in [0, 1], 255 for bytes.`,
    );
  }
  return shape;
}
