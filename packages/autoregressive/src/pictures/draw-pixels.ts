import { disposeTree, fold, type Key, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { greater, reshape, slice, stack, type Tensor, where } from '@tensorflow/tfjs-core';
import type { PixelEmission } from './pixel-emission.js';
import type { PixelGrid, PixelNet } from './pixel-net.js';

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
  return scope(() => {
    let state = net.start(params, size, context);
    let before: Tensor | undefined;
    const rows: Tensor[] = [];
    for (let row = 0; row < height; row++) {
      const pixels: Tensor[] = [];
      for (let column = 0; column < width; column++) {
        const last = state;
        const made = scope(() => {
          const { output, state } = net.step(params, before, { row, column }, last);
          const drawn = emission.given({}, output).sample(fold(key, row * width + column)); // (batch, channels)
          return { state, pixel: keep ? kept(drawn, keep, row, column) : drawn };
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
}

/** A choice, not a sum of products: what is unknown may be no number. */
function kept(
  drawn: Tensor,
  keep: { readonly x: Tensor; readonly where: Tensor },
  row: number,
  column: number,
): Tensor {
  const pixel = reshape(slice(keep.x, [0, row, column, 0], [drawn.shape[0]!, 1, 1, drawn.shape[1]!]), drawn.shape);
  const known = greater(slice(keep.where, [row, column], [1, 1]), 0.5); // (1, 1)
  return where(known, pixel, drawn);
}
