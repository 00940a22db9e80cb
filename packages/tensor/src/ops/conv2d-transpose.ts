import { expectIntegers, GenaiError } from '@genai/core';
import { type Tensor, type Tensor4D, conv2dTranspose as tfConv2dTranspose } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { type Conv2dOptions, giveFilterGradient, tfPadding } from './conv2d.js';

/**
 * The transpose of a convolution: every pixel paints the filter, and what overlaps adds up.
 *
 * x: (batch, height, width, inputs), filter: (rows, columns, outputs, inputs), outputs before inputs;
 * result: (batch, newHeight, newWidth, outputs), with newHeight = height · strides for the padding 'same',
 * (height − 1) · strides + rows for 'valid', and 2 · padding less for a number. Has gradients of every order.
 *
 * @example
 * const y = conv2dTranspose(features, params.filter, { strides: 2 }); // doubles height and width
 * @throws GenaiError if the shapes or options do not fit together.
 * @source Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", §4.
 */
export function conv2dTranspose(
  x: Tensor,
  filter: Tensor,
  { strides = 1, padding = 'same' }: Omit<Conv2dOptions, 'dilation'> = {},
): Tensor {
  const [batch, height, width, inputs] = expectShape('conv2dTranspose: x', x, ['batch', 'height', 'width', 'inputs']);
  const sizes = expectShape('conv2dTranspose: filter', filter, ['rows', 'columns', 'outputs', inputs]);
  expectIntegers('conv2dTranspose', { strides });
  if (typeof padding === 'number') expectIntegers('conv2dTranspose', { padding }, 0);
  const [newHeight, newWidth] = [height, width].map((size, axis) => {
    if (padding === 'same') return size * strides;
    return (size - 1) * strides + sizes[axis]! - (padding === 'valid' ? 0 : 2 * padding);
  }) as [number, number];
  if (newHeight < 1 || newWidth < 1) {
    throw new GenaiError(`conv2dTranspose: a padding of ${padding} leaves ${newHeight} × ${newWidth} pixels.`);
  }
  giveFilterGradient();
  return tfConv2dTranspose(
    x as Tensor4D,
    filter as Tensor4D,
    [batch, newHeight, newWidth, sizes[2]],
    strides,
    tfPadding(padding),
  );
}
