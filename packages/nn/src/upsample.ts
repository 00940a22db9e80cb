import { expectIntegers, type Layer, type NoParams } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, reshape, type Tensor } from '@tensorflow/tfjs-core';

export interface ResampleOptions {
  /** How many times larger or smaller height and width become. Default 2. */
  readonly factor?: number;
}

/**
 * Images `factor` times as high and wide, each pixel repeated: (batch, height, width, channels) → (batch, factor · height,
 * factor · width, channels).
 *
 * @example
 * sequential(upsample(), conv2d(64, 32), activation(relu)); // enlarges without the chequers of conv2dTranspose
 * @throws GenaiError if `factor` is not an integer of at least 1; when applied, if the input is not (batch, height, width,
 * channels).
 * @source Odena et al. 2016, "Deconvolution and checkerboard artifacts" (nearest neighbours, then a convolution).
 */
export function upsample({ factor = 2 }: ResampleOptions = {}): Layer<Tensor, NoParams> {
  expectIntegers('upsample', { factor });
  /** (rows, width) to (factor · rows, width). What is put together has a derivative of any order on every engine. */
  const repeated = (x: Tensor): Tensor =>
    concat(
      Array.from({ length: factor }, () => x),
      1,
    );
  return {
    init: () => ({}),
    apply: (_params, x) =>
      scope(() => {
        const [batch, height, width, channels] = expectShape('upsample', x, ['batch', 'height', 'width', 'channels']);
        const tall = repeated(reshape(x, [batch * height, width * channels])); // (batch · height, factor · width · channels)
        const wide = repeated(reshape(tall, [batch * height * factor * width, channels]));
        return reshape(wide, [batch, height * factor, width * factor, channels]);
      }),
  };
}
