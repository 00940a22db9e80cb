import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Stepped } from '../sequence-net.js';

/**
 * Pictures to a row of numbers for each pixel, made of the pixels before it in raster order (row by row, from the left): whole
 * pictures at once for training, pixel by pixel with what was computed before for drawing. Both ways compute the same function.
 *
 * The channels of a pixel count as one: an output sees all channels of the pixels before and none of its own. How the channels of
 * one pixel depend on each other is the matter of a {@link PixelEmission}.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam S - what is carried from pixel to pixel, a tree of tensors. The first axis of each is the batch.
 */
export interface PixelNet<P, S> {
  /** Channels of a picture. */
  readonly channels: number;
  /** Numbers that it gives for a pixel. */
  readonly outputs: number;
  /** Width of the context that it needs beside the picture; 0 for none. */
  readonly context: number;
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /**
   * (batch, height, width, channels) and the context, (batch, context), to (batch, height, width, outputs). With a `key`,
   * stochastic layers such as dropout act.
   */
  readonly run: (params: P, x: Tensor, context?: Tensor, key?: Key) => Tensor;
  /** The state before the first pixel of each of `batch` pictures. */
  readonly start: (params: P, size: PixelGrid, context?: Tensor) => S;
  /**
   * From the pixel before, (batch, channels), the place of this one and the state to this one's outputs, (batch, outputs), and the
   * next state: {@link run} at one pixel, without noise. Places come in raster order, without gaps; the first has no pixel before
   * it. The results are the caller's.
   */
  readonly step: (params: P, before: Tensor | undefined, place: Place, state: S) => Stepped<S>;
  /**
   * The kind of a place behind the first. At places of one kind a step is the same function of tensors, whose shapes stay the same:
   * what an engine can record once and replay. Not given by nets of which each step is another function.
   */
  readonly kindOf?: (place: Place) => string;
}

/** How many pictures are drawn side by side, and how large. */
export type PixelGrid = { readonly batch: number; readonly height: number; readonly width: number };

/** Where a pixel stands, both counted from 0. */
export type Place = { readonly row: number; readonly column: number };

/** The {@link PixelNet.kindOf} of nets that do at the start of a row what is to be done for all of it. */
export function kindByRow({ column }: Place): string {
  return column === 0 ? 'start of a row' : 'in a row';
}
