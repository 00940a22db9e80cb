/**
 * The decoder as plain arrays, with which the page draws a digit by itself. A question to the worker waits for the step that is under
 * way, and its answer for the next turn of the page: that was every second frame at best, and far fewer while it trains.
 */
import type { Picture } from '@genai/data';
import { SIDE } from './sizes.js';

/** A dense layer: `weight` (inputs × outputs) row by row, `bias` (outputs). */
export interface PlainDense {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** The mean of p(x | z) for a code z: dense layers with ReLU between them, logits of each pixel at their end. */
export function decodePlainly(layers: readonly PlainDense[], z: Float32Array): Picture {
  const logits = layers.reduce((x, layer, i) => affine(i === 0 ? x : rectified(x), layer), z);
  const data = new Uint8ClampedArray(logits.length);
  for (const [i, logit] of logits.entries()) data[i] = 255 / (1 + Math.exp(-logit)); // rounds
  return { width: SIDE, height: SIDE, channels: 1, data: new Uint8Array(data.buffer) };
}

function affine(x: Float32Array, { weight, bias }: PlainDense): Float32Array {
  const y = bias.slice();
  const width = y.length;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (value === 0) continue; // half of them are, behind a ReLU
    const row = i * width;
    for (let j = 0; j < width; j++) y[j]! += value * weight[row + j]!;
  }
  return y;
}

function rectified(x: Float32Array): Float32Array {
  return x.map((value) => Math.max(0, value));
}
