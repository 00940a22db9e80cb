import type { Layer } from '@genai/core';
import { type ConvolutionParams, conv2d, conv2dTranspose, type Initializer } from '@genai/nn';
import { scope } from '@genai/tensor';
import { pad, slice, type Tensor } from '@tensorflow/tfjs-core';

/** The filter of a shifted convolution: how large it is, and how far it reaches to the left; it ends at the row of the pixel. */
export interface Look {
  readonly kernel: readonly [height: number, width: number];
  readonly left: number;
}

/** Rows up to this one, all of each: 2 × 3. */
export const LOOK_DOWN: Look = { kernel: [2, 3], left: 1 };
/** Pixels up to this one, none to the right of it: 2 × 2. */
export const LOOK_RIGHT: Look = { kernel: [2, 2], left: 1 };

/**
 * A convolution shifted so that its filter ends at the row of the pixel: (batch, height, width, inputs) → (batch, height / strides,
 * width / strides, outputs).
 *
 * @source Salimans et al. 2017, "PixelCNN++", section 2.2 and its reference code.
 */
export function shiftedConv2d(
  inputs: number,
  outputs: number,
  { kernel, left }: Look,
  options: { readonly strides?: number; readonly initializer?: Initializer } = {},
): Layer<Tensor, ConvolutionParams> {
  const conv = conv2d(inputs, outputs, { kernel, padding: 'valid', ...options });
  const around: [number, number][] = [
    [0, 0],
    [kernel[0] - 1, 0],
    [left, kernel[1] - 1 - left],
    [0, 0],
  ];
  return { init: conv.init, apply: (params, x) => scope(() => conv.apply(params, pad(x, around))) };
}

/** The way back from strides of 2: (batch, height, width, channels) → (batch, 2 height, 2 width, channels). */
export function shiftedTranspose(channels: number, { kernel }: Look): Layer<Tensor, ConvolutionParams> {
  const conv = conv2dTranspose(channels, channels, { kernel, strides: 2, padding: 'valid' });
  return {
    init: conv.init,
    apply: (params, x) =>
      scope(() => {
        const [batch, height, width] = x.shape as [number, number, number];
        const y = conv.apply(params, x); // (batch, 2 height, 2 width + kernel width − 2, channels)
        return slice(y, [0, 0, kernel[1] - 2, 0], [batch, 2 * height, 2 * width, channels]);
      }),
  };
}

/** The picture moved by a number of rows down and columns right, zeros behind it. */
export function shift(x: Tensor, rows: number, columns: number): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return scope(() =>
    pad(slice(x, [0, 0, 0, 0], [batch, height - rows, width - columns, channels]), [
      [0, 0],
      [rows, 0],
      [columns, 0],
      [0, 0],
    ]),
  );
}
