import { expectIntegers, type Layer } from '@genai/core';
import { conv2d as convolve } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type ConvolutionOptions, type ConvolutionParams, convolution, filterOf } from './convolution.js';
import { heUniform } from './initializers/he.js';

export interface Conv2dLayerOptions extends ConvolutionOptions {
  /** Pixels from one row of the filter to the next. Default 1; with more, `strides` must be 1. */
  readonly dilation?: number;
}

/**
 * A convolution of images: (batch, height, width, inputs) → (batch, …, …, outputs). `weight`: (height, width, inputs,
 * outputs).
 *
 * @example
 * const layer = conv2d(1, 16, { kernel: 3, strides: 2 });
 * const y = layer.apply(layer.init(key(0)), images); // (batch, 28, 28, 1) → (batch, 14, 14, 16)
 * @throws GenaiError if an option is out of range; when applied, if the input does not have `inputs` channels or is
 * smaller than the filter.
 */
export function conv2d(
  inputs: number,
  outputs: number,
  { dilation = 1, bias = true, initializer = heUniform, ...options }: Conv2dLayerOptions = {},
): Layer<Tensor, ConvolutionParams> {
  const where = `conv2d(${inputs}, ${outputs})`;
  expectIntegers(where, { inputs, outputs, dilation });
  const { kernel, strides, padding } = filterOf(where, options);
  const taps = kernel[0] * kernel[1];
  // An input reaches only every `strides`-th place, down and across.
  const fans = { inputs: taps * inputs, outputs: (taps * outputs) / strides ** 2 };
  return convolution({ where, inputs, outputs, fans, bias, initializer }, [...kernel, inputs, outputs], (x, weight) =>
    convolve(x, weight, { strides, padding, dilation }),
  );
}
