import { expectIntegers, type Layer } from '@genai/core';
import { conv2dTranspose as convolve } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type ConvolutionOptions, type ConvolutionParams, convolution, filterOf } from './convolution.js';
import { heUniform } from './initializers/he.js';

/**
 * The transpose of a convolution, which enlarges images `strides` times: (batch, height, width, inputs) → (batch, …, …,
 * outputs). `weight`: (height, width, outputs, inputs), as of the convolution that it transposes.
 *
 * @example
 * const layer = conv2dTranspose(32, 16, { kernel: 4, strides: 2 });
 * const y = layer.apply(layer.init(key(0)), x); // (batch, 7, 7, 32) → (batch, 14, 14, 16)
 * @throws GenaiError if an option is out of range; when applied, if the input does not have `inputs` channels or the
 * padding leaves no output.
 * @source Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", section 4.
 */
export function conv2dTranspose(
  inputs: number,
  outputs: number,
  { bias = true, initializer = heUniform, ...options }: ConvolutionOptions = {},
): Layer<Tensor, ConvolutionParams> {
  const where = `conv2dTranspose(${inputs}, ${outputs})`;
  expectIntegers(where, { inputs, outputs });
  const { kernel, strides, padding } = filterOf(where, options);
  const taps = kernel[0] * kernel[1];
  // Inputs lie `strides` apart, down and across: an output meets only that part of the taps.
  const fans = { inputs: (taps * inputs) / strides ** 2, outputs: taps * outputs };
  return convolution({ where, inputs, outputs, fans, bias, initializer }, [...kernel, outputs, inputs], (x, weight) =>
    convolve(x, weight, { strides, padding }),
  );
}
