import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import type { Padding } from '@genai/tensor';
import { depthwiseConv2d as convolve, pad, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type ConvolutionOptions, type ConvolutionParams, convolution, filterOf } from './convolution.js';
import { heUniform } from './initializers/he.js';

export interface DepthwiseOptions extends ConvolutionOptions {
  /** Outputs of each channel. Default 1. */
  readonly multiplier?: number;
}

/**
 * A convolution of each channel by itself: (batch, height, width, channels) → (batch, …, …, channels · multiplier).
 * `weight`: (height, width, channels, multiplier). It has first gradients only.
 *
 * @example
 * sequential(depthwiseConv2d(32, { kernel: 7 }), conv2d(32, 64, { kernel: 1 })); // a separable convolution
 * @throws GenaiError if an option is out of range; when applied, if the input does not have `channels` channels or is
 * smaller than the filter.
 * @source Chollet 2017, "Xception: deep learning with depthwise separable convolutions".
 */
export function depthwiseConv2d(
  channels: number,
  { multiplier = 1, bias = true, initializer = heUniform, ...options }: DepthwiseOptions = {},
): Layer<Tensor, ConvolutionParams> {
  const where = `depthwiseConv2d(${channels})`;
  expectIntegers(where, { channels, multiplier });
  const { kernel, strides, padding } = filterOf(where, options);
  const taps = kernel[0] * kernel[1];
  const fans = { inputs: taps, outputs: (taps * multiplier) / strides ** 2 };
  return convolution(
    { where, inputs: channels, outputs: channels * multiplier, fans, bias, initializer },
    [...kernel, channels, multiplier],
    (x, weight) => {
      const images = padded(x, padding);
      const [, height, width] = images.shape;
      if (padding !== 'same' && (height < kernel[0] || width < kernel[1])) {
        throw new GenaiError(
          `${where}: a filter of ${kernel.join(' by ')} does not fit into ${height} by ${width}. Use larger images, a smaller kernel or more padding.`,
        );
      }
      return convolve(images, weight as Tensor4D, strides, padding === 'same' ? 'same' : 'valid');
    },
  );
}

/** TensorFlow.js takes the width from the height where the padding is a number, which is wrong unless both are equal. */
function padded(x: Tensor, padding: Padding): Tensor4D {
  if (typeof padding !== 'number' || padding === 0) return x as Tensor4D;
  const sides: [number, number] = [padding, padding];
  return pad(x as Tensor4D, [[0, 0], sides, sides, [0, 0]]);
}
