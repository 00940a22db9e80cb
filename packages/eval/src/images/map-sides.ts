import { linear, scope } from '@genai/tensor';
import { type Tensor, tensor2d, transpose } from '@tensorflow/tfjs-core';

/** A linear map of lines of pixels: weights of old pixels (new, old), row after row, in double precision. */
export interface LineMap {
  readonly from: number;
  readonly to: number;
  readonly weights: Float64Array;
}

/**
 * A linear map of the columns of images and one of their rows, channel by channel: blurring, resizing, averaging blocks.
 *
 * images: (batch, height, width, channels) → (batch, rows.to, columns.to, channels). As two products of matrices it has derivatives
 * of every order on every engine.
 */
export function mapSides(images: Tensor, rows: LineMap, columns: LineMap): Tensor {
  return scope(() => {
    const across = linear(transpose(images, [0, 1, 3, 2]), matrixOf(columns)); // (batch, height, channels, newWidth)
    const down = linear(transpose(across, [0, 3, 2, 1]), matrixOf(rows)); // (batch, newWidth, channels, newHeight)
    return transpose(down, [0, 3, 1, 2]); // (batch, newHeight, newWidth, channels)
  });
}

/** The map whose new pixel `i` is Σ weight · old pixel over the pairs [old pixel, weight] of `terms(i)`; equal old pixels add. */
export function lineMap(from: number, to: number, terms: (i: number) => Iterable<readonly [number, number]>): LineMap {
  const weights = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    for (const [pixel, weight] of terms(i)) weights[i * from + pixel]! += weight;
  }
  return { from, to, weights };
}

/** (old, new) */
function matrixOf({ from, to, weights }: LineMap): Tensor {
  const turned = new Float32Array(from * to);
  for (let i = 0; i < to; i++) for (let j = 0; j < from; j++) turned[j * to + i] = weights[i * from + j]!;
  return tensor2d(turned, [from, to]);
}
