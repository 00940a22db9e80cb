import { expectIntegers, type Layer, type NoParams } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, reshape, type Tensor } from '@tensorflow/tfjs-core';

export interface Upsample3dOptions {
  /** How many times as many frames, and how many times as high and wide, or one number for both. Default 2. */
  readonly factor?: number | readonly [time: number, space: number];
}

/**
 * Clips of `factor` times as many frames, as high and as wide, each pixel repeated: (batch, time, height, width, channels) →
 * (batch, factor · time, factor · height, factor · width, channels).
 *
 * @example
 * sequential(upsample3d({ factor: [1, 2] }), conv3d(64, 32)); // larger frames, as many of them
 * @throws GenaiError if a factor is not an integer of at least 1; when applied, if the input is not (batch, time, height,
 * width, channels).
 * @source Odena et al. 2016, "Deconvolution and checkerboard artifacts" (nearest neighbours, then a convolution).
 */
export function upsample3d({ factor = 2 }: Upsample3dOptions = {}): Layer<Tensor, NoParams> {
  const [pace, size] = typeof factor === 'number' ? [factor, factor] : factor;
  expectIntegers('upsample3d', { 'the factor of time': pace, 'the factor of space': size });
  return {
    init: () => ({}),
    apply: (_params, x) =>
      scope(() => {
        const [batch, time, height, width, channels] = expectShape('upsample3d', x, [
          'batch',
          'time',
          'height',
          'width',
          'channels',
        ]);
        const wide = repeated(x, channels, size); // (batch · time · height · width, size · channels)
        const tall = repeated(wide, width * size * channels, size);
        const long = repeated(tall, height * size * width * size * channels, pace);
        return reshape(long, [batch, time * pace, height * size, width * size, channels]);
      }),
  };
}

/** Each run of `length` numbers `count` times: (rows, length) to (rows, count · length). It has a derivative of any order. */
function repeated(x: Tensor, length: number, count: number): Tensor {
  const rows = reshape(x, [-1, length]);
  return count > 1
    ? concat(
        Array.from({ length: count }, () => rows),
        1,
      )
    : rows;
}
