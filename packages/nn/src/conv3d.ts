import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { conv2d as convolve, expectShape, type Padding, scope } from '@genai/tensor';
import { add, concat, reshape, slice, type Tensor, transpose, zeros } from '@tensorflow/tfjs-core';
import type { ConvolutionParams } from './convolution.js';
import { heUniform } from './initializers/he.js';
import type { Initializer } from './initializers/initializer.js';

export interface Conv3dOptions {
  /** Frames, height and width of the filter, or one number for all. Default 3. */
  readonly kernel?: number | readonly [time: number, height: number, width: number];
  /** Frames and pixels from one place of the filter to the next, or one number for both. Default 1. */
  readonly strides?: number | readonly [time: number, space: number];
  /**
   * Zeros at each side of a clip, in time as in space: a number of them, `'valid'` for none, or `'same'`, the default: as many
   * as make the output ⌈size / strides⌉ large, the odd one at the end.
   */
  readonly padding?: Padding;
  /** Whether a frame sees itself and earlier ones alone: all empty frames stand before the first. Default `false`. */
  readonly causal?: boolean;
  /** Adds a bias to each channel, 0 at first. Default `true`. */
  readonly bias?: boolean;
  /** Draws the filter. Default: `heUniform`. */
  readonly initializer?: Initializer;
}

/**
 * A convolution of clips over time and space: (batch, time, height, width, inputs) → (batch, …, …, …, outputs). `weight`:
 * (time, height, width, inputs, outputs).
 *
 * What a filter sees of successive frames is laid side by side as channels of one image: then it is one convolution of images, with
 * derivatives of every order, and on each engine as fast as those are.
 *
 * @example
 * const layer = conv3d(1, 16, { kernel: 4, strides: 2 });
 * const y = layer.apply(layer.init(key(0)), clips); // (batch, 8, 16, 16, 1) → (batch, 4, 8, 8, 16)
 * @throws GenaiError if an option is out of range; when applied, if the input does not have `inputs` channels or is
 * smaller than the filter.
 * @source Tran et al. 2015, "Learning spatiotemporal features with 3D convolutional networks", section 3.
 */
export function conv3d(
  inputs: number,
  outputs: number,
  {
    kernel = 3,
    strides = 1,
    padding = 'same',
    causal = false,
    bias = true,
    initializer = heUniform,
  }: Conv3dOptions = {},
): Layer<Tensor, ConvolutionParams> {
  const where = `conv3d(${inputs}, ${outputs})`;
  const [taps, height, width] = typeof kernel === 'number' ? [kernel, kernel, kernel] : kernel;
  const [pace, step] = typeof strides === 'number' ? [strides, strides] : strides;
  expectIntegers(where, { inputs, outputs, 'the kernel time': taps });
  expectIntegers(where, { 'the kernel height': height, 'the kernel width': width });
  expectIntegers(where, { 'the stride in time': pace, 'the stride in space': step });
  if (padding !== 'same' && padding !== 'valid' && !(Number.isInteger(padding) && padding >= 0)) {
    throw new GenaiError(`${where}: padding must be 'same', 'valid' or an integer of at least 0, got ${padding}.`);
  }
  const places = taps * height * width;
  // An input reaches only every `strides`-th place, in time, down and across.
  const fans = { inputs: places * inputs, outputs: (places * outputs) / (pace * step ** 2) };
  return {
    init: (key) =>
      scope(() => {
        const weight = initializer(key, [taps, height, width, inputs, outputs], fans);
        return bias ? { weight, bias: zeros([outputs]) } : { weight };
      }),
    apply: ({ weight, bias }, x) =>
      scope(() => {
        const [batch, time] = expectShape(where, x, ['batch', 'time', 'height', 'width', inputs]);
        const around = emptyFrames(time, { taps, pace, padding, causal });
        if (time + around[0] + around[1] < taps) {
          throw new GenaiError(
            `${where}: a filter over ${taps} frames does not fit into ${time} with padding ${padding}. Pass longer clips or padding 'same'.`,
          );
        }
        const seen = framesSeen(x, around, taps, pace); // (batch · newTime, height, width, taps · inputs)
        const filter = reshape(transpose(weight, [1, 2, 0, 3, 4]), [height, width, taps * inputs, outputs]);
        const y = convolve(seen, filter, { strides: step, padding }); // (batch · newTime, newHeight, newWidth, outputs)
        const clips = reshape(y, [batch, -1, ...y.shape.slice(1)]); // (batch, newTime, newHeight, newWidth, outputs)
        return bias ? add(clips, bias) : clips;
      }),
  };
}

/** How a filter moves in time. */
type InTime = { readonly taps: number; readonly pace: number; readonly padding: Padding; readonly causal: boolean };

/** Frames of zeros before the first and after the last. */
function emptyFrames(time: number, { taps, pace, padding, causal }: InTime): readonly [before: number, after: number] {
  if (causal) return [taps - 1, 0];
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding, padding];
  const total = Math.max(0, (Math.ceil(time / pace) - 1) * pace + taps - time);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The frames that a filter sees at each place in time, as channels, the first first: (batch · newTime, height, width, taps · channels). */
function framesSeen(x: Tensor, [before, after]: readonly [number, number], taps: number, pace: number): Tensor {
  const [batch, time, height, width, channels] = x.shape as [number, number, number, number, number];
  const frames = Math.floor((time + before + after - taps) / pace) + 1;
  const pixels = height * width * channels;
  // Rows of `pace` frames: one that skips frames is a column of them. Ops of slices alone have all their derivatives.
  const rows = frames + Math.ceil(taps / pace) - 1;
  const end = rows * pace - time - before;
  const flat = reshape(x, [batch, time, pixels]);
  const used = end < 0 ? slice(flat, [0, 0, 0], [batch, time + end, pixels]) : flat;
  const parts = [
    ...(before > 0 ? [zeros([batch, before, pixels])] : []),
    used,
    ...(end > 0 ? [zeros([batch, end, pixels])] : []),
  ];
  const whole = parts.length > 1 ? concat(parts, 1) : used;
  const paced = reshape(whole, [batch, rows, pace * pixels]);
  const seen = Array.from({ length: taps }, (_, tap) => {
    const at = slice(paced, [0, Math.floor(tap / pace), (tap % pace) * pixels], [batch, frames, pixels]);
    return reshape(at, [batch * frames, height, width, channels]);
  });
  return taps > 1 ? concat(seen, 3) : seen[0]!;
}
