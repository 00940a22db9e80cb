import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { expectShape, type Padding, scope } from '@genai/tensor';
import { add, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Fans } from './initializers/fans.js';
import type { Initializer } from './initializers/initializer.js';

/** What all convolutions take. */
export interface ConvolutionOptions {
  /** Height and width of the filter, or one number for both. Default 3. */
  readonly kernel?: number | readonly [height: number, width: number];
  /** Pixels from one place of the filter to the next. Default 1. */
  readonly strides?: number;
  /**
   * Zeros at each side of the image: a number of them, `'valid'` for none, or `'same'`, the default: as many as make the
   * output ⌈size / strides⌉ large (of a transposed convolution: size · strides), the odd one at the bottom and the right.
   */
  readonly padding?: Padding;
  /** Adds a bias to each channel, 0 at first. Default `true`. */
  readonly bias?: boolean;
  /** Draws the filter. Default: `heUniform`. */
  readonly initializer?: Initializer;
}

/** `weight`: the filter, whose layout each convolution states; `bias`: one number for each channel of the output. */
export type ConvolutionParams = { readonly weight: Tensor; readonly bias?: Tensor };

/** What tells one convolution from another. */
export interface ConvolutionParts {
  /** How errors name it. */
  readonly where: string;
  /** Channels of the input. */
  readonly inputs: number;
  /** Channels of the output. */
  readonly outputs: number;
  readonly fans: Fans;
  readonly bias: boolean;
  readonly initializer: Initializer;
}

/**
 * The layer of a convolution: a filter of this `shape`, then a bias for each channel. `convolve` takes (batch, height,
 * width, inputs) and the filter to (batch, …, …, outputs).
 */
export function convolution(
  { where, inputs, outputs, fans, bias, initializer }: ConvolutionParts,
  shape: readonly number[],
  convolve: (x: Tensor, weight: Tensor) => Tensor,
): Layer<Tensor, ConvolutionParams> {
  return {
    init: (key) =>
      scope(() => {
        const weight = initializer(key, shape, fans);
        return bias ? { weight, bias: zeros([outputs]) } : { weight };
      }),
    apply: ({ weight, bias }, x) =>
      scope(() => {
        expectShape(where, x, ['batch', 'height', 'width', inputs]);
        const y = convolve(x, weight);
        return bias ? add(y, bias) : y;
      }),
  };
}

/** The options of a filter, with their defaults. */
export interface Filter {
  readonly kernel: readonly [height: number, width: number];
  readonly strides: number;
  readonly padding: Padding;
}

/** @throws GenaiError if the kernel, the strides or the padding are out of range. */
export function filterOf(
  where: string,
  { kernel = 3, strides = 1, padding = 'same' }: Pick<ConvolutionOptions, 'kernel' | 'strides' | 'padding'>,
): Filter {
  const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  expectIntegers(where, { 'the kernel height': height, 'the kernel width': width, strides });
  if (padding !== 'same' && padding !== 'valid' && !(Number.isInteger(padding) && padding >= 0)) {
    throw new GenaiError(`${where}: padding must be 'same', 'valid' or an integer of at least 0, got ${padding}.`);
  }
  return { kernel: [height, width], strides, padding };
}
