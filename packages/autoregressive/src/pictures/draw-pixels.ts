import { disposeTree, fold, type Key, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, slice, stack, type Tensor } from '@tensorflow/tfjs-core';
import type { PixelEmission } from './pixel-emission.js';
import type { PixelGrid, PixelNet, Place } from './pixel-net.js';
import { type KnownPixel, pixelStepper } from './pixel-stepper.js';

export interface DrawPixelsOptions extends PixelGrid {
  readonly key: Key;
  readonly context?: Tensor | undefined;
  /** Pictures, (batch, height, width, channels), of which pixels are kept where `where`, (height, width), is 1. */
  readonly keep?: { readonly x: Tensor; readonly where: Tensor };
}

/**
 * Draws pictures pixel by pixel in raster order, (batch, height, width, channels): the t-th pixel by the key `fold(key, t)`, whether
 * or not those before it were drawn or kept.
 */
export function drawPixels<P, S extends Tree<Tensor>>(
  net: PixelNet<P, S>,
  emission: PixelEmission,
  params: P,
  { key, context, keep, ...size }: DrawPixelsOptions,
): Tensor {
  const { batch, height, width } = size;
  const stepper = pixelStepper(net, emission);
  try {
    return scope(() => {
      let state = net.start(params, size, context);
      let before: Tensor | undefined;
      const rows: Tensor[] = [];
      for (let row = 0; row < height; row++) {
        const pixels: Tensor[] = [];
        for (let column = 0; column < width; column++) {
          const last = state;
          const place = { row, column };
          const made = scope(() => {
            const known = keep && { known: knownAt(keep, place) };
            const inputs = { params, state: last, ...(before && { before }), ...known };
            return stepper.run(inputs, place, fold(key, row * width + column));
          });
          disposeTree(last);
          state = made.state;
          before = made.pixel;
          pixels.push(before);
        }
        rows.push(stack(pixels, 1)); // (batch, width, channels)
      }
      return reshape(stack(rows, 1), [batch, height, width, net.channels]);
    });
  } finally {
    stepper.dispose();
  }
}

function knownAt({ x, where }: NonNullable<DrawPixelsOptions['keep']>, { row, column }: Place): KnownPixel {
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const value = reshape(slice(x, [0, row, column, 0], [batch, 1, 1, channels]), [batch, channels]);
  return { value, known: slice(where, [row, column], [1, 1]) };
}
