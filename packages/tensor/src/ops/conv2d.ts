import { expectIntegers, GenaiError } from '@genai/core';
import {
  type backend_util,
  batchToSpaceND,
  conv2dTranspose,
  getGradient,
  registerGradient,
  spaceToBatchND,
  type Tensor,
  type Tensor4D,
  conv2d as tfConv2d,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';

/** 'same' keeps height and width (divided by the stride), 'valid' adds none, a number adds so many on every side. */
export type Padding = 'same' | 'valid' | number;

/** How a filter moves over an image. */
export type Conv2dOptions = {
  /** Pixels from one place to the next, 1 unless given. */
  readonly strides?: number;
  /** Zeros around the image, 'same' unless given. */
  readonly padding?: Padding;
  /** Pixels from one row of the filter to the next, 1 unless given. With more than 1 the stride must be 1. */
  readonly dilation?: number;
};

/**
 * Convolves images with a filter (a cross-correlation, as everywhere in deep learning).
 *
 * x: (batch, height, width, inputs), filter: (rows, columns, inputs, outputs);
 * result: (batch, newHeight, newWidth, outputs). 'same' pads as TensorFlow does: if the zeros cannot be shared evenly,
 * there is one more at the bottom and the right. Has gradients of every order, also when dilated.
 *
 * @example
 * const y = conv2d(images, params.filter, { strides: 2 }); // halves height and width
 * @throws GenaiError if the shapes or options do not fit together.
 */
export function conv2d(x: Tensor, filter: Tensor, options: Conv2dOptions = {}): Tensor {
  const { strides = 1, padding = 'same', dilation = 1 } = options;
  const [, height, width, inputs] = expectShape('conv2d: x', x, ['batch', 'height', 'width', 'inputs']);
  const [rows, columns] = expectShape('conv2d: filter', filter, ['rows', 'columns', inputs, 'outputs']);
  expectIntegers('conv2d', { strides, dilation });
  if (typeof padding === 'number') expectIntegers('conv2d', { padding }, 0);
  if (strides > 1 && dilation > 1) {
    throw new GenaiError(`conv2d: strides of ${strides} with a dilation of ${dilation}. One of them must be 1.`);
  }
  const reach = [(rows - 1) * dilation + 1, (columns - 1) * dilation + 1] as const;
  const around = reach.map((size) => (padding === 'same' ? size - 1 : padding === 'valid' ? 0 : 2 * padding));
  if (padding !== 'same' && (height + around[0]! < reach[0] || width + around[1]! < reach[1])) {
    throw new GenaiError(
      `conv2d: a filter over ${reach.join(' × ')} pixels does not fit into ${height} × ${width} with padding ${padding}.`,
    );
  }
  giveFilterGradient();
  if (dilation === 1) return tfConv2d(x as Tensor4D, filter as Tensor4D, strides, tfPadding(padding));

  return scope(() => dilated(x as Tensor4D, filter as Tensor4D, around, dilation));
}

/** A dilated filter sees only every dilation-th pixel: each of these thinned images is convolved on its own. */
function dilated(x: Tensor4D, filter: Tensor4D, around: readonly number[], dilation: number): Tensor {
  const [, height, width] = x.shape;
  const sides = [height, width].map((size, axis) => {
    const before = Math.floor(around[axis]! / 2);
    const after = around[axis]! - before;
    const extra = (dilation - ((size + around[axis]!) % dilation)) % dilation;
    return { pad: [before, after + extra], crop: [0, extra] };
  });
  const blocks = [dilation, dilation];
  const thinned = spaceToBatchND(
    x,
    blocks,
    sides.map(({ pad }) => pad),
  );
  const convolved = tfConv2d(thinned, filter, 1, 'valid');
  return batchToSpaceND(
    convolved as Tensor,
    blocks,
    sides.map(({ crop }) => crop),
  );
}

/** TensorFlow.js takes a number for the padding of a square filter only, and gets the width wrong for others. */
export function tfPadding(padding: Padding): 'same' | 'valid' | backend_util.ExplicitPadding {
  if (typeof padding !== 'number') return padding;
  return [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ];
}

/**
 * Gives TensorFlow.js the one gradient of its convolutions that it lacks, that of the gradient at the filter.
 *
 * It is linear in x and in dy: one of its gradients is a transposed convolution, the other a convolution.
 */
export function giveFilterGradient(): void {
  if (getGradient('Conv2DBackpropFilter')) return;
  registerGradient({
    kernelName: 'Conv2DBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: (dFilter, saved, attrs) => {
      const [x, dy] = saved as [Tensor4D, Tensor4D];
      const { strides, pad } = attrs as unknown as { strides: number; pad: ReturnType<typeof tfPadding> };
      return {
        x: () => conv2dTranspose(dy, dFilter as Tensor4D, x.shape, strides, pad),
        dy: () => tfConv2d(x, dFilter as Tensor4D, strides, pad),
      };
    },
  });
}
