import { expectIntegers, GenaiError, type Layer, type NoParams } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { mean, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { ResampleOptions } from './upsample.js';

/**
 * Images a `factor`th as high and wide, each pixel the mean of a square: (batch, height, width, channels) → (batch, height /
 * factor, width / factor, channels).
 *
 * @example
 * sequential(conv2d(32, 64), activation(silu), downsample()); // (batch, 28, 28, 32) → (batch, 14, 14, 64)
 * @throws GenaiError if `factor` is not an integer of at least 1; when applied, if the input is not (batch, height, width,
 * channels) with sides that `factor` divides.
 */
export function downsample({ factor = 2 }: ResampleOptions = {}): Layer<Tensor, NoParams> {
  expectIntegers('downsample', { factor });
  return {
    init: () => ({}),
    apply: (_params, x) =>
      scope(() => {
        const [batch, height, width, channels] = expectShape('downsample', x, ['batch', 'height', 'width', 'channels']);
        if (height % factor !== 0 || width % factor !== 0) {
          throw new GenaiError(
            `downsample: got images of ${height} × ${width}, expected multiples of the factor ${factor}. Crop or pad them.`,
          );
        }
        const low = mean(reshape(x, [-1, factor, width * channels]), 1); // (batch · height / factor, width · channels)
        const narrow = mean(reshape(low, [-1, factor, channels]), 1);
        return reshape(narrow, [batch, height / factor, width / factor, channels]);
      }),
  };
}
