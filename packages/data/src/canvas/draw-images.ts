import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Picture } from '../picture.js';
import { type ToImageDataOptions, toImageData } from './to-image-data.js';

/** What can be drawn on: an `HTMLCanvasElement`, an `OffscreenCanvas`, or a canvas like them. */
export interface CanvasLike {
  width: number;
  height: number;
  readonly getContext: (kind: '2d') => { putImageData(image: ImageData, x: number, y: number): void } | null;
}

/**
 * Draws images on a canvas, which becomes as large as their grid: what {@link toImageData} makes, put in place.
 *
 * How large the canvas is shown is for CSS: `width: 100%; image-rendering: pixelated` needs no `scale`. The images stay the
 * caller's, and may be freed when the promise resolves.
 *
 * @example
 * using images = owned(scope(() => digits.given(params).sample(key(1), [16])));
 * await drawImages(document.querySelector('canvas')!, images, { columns: 8, scale: 2 });
 * @throws GenaiError as {@link toImageData} does, or if the canvas has a context of another kind.
 */
export async function drawImages(
  canvas: CanvasLike,
  images: Tensor | Picture,
  options: ToImageDataOptions = {},
): Promise<void> {
  const image = await toImageData(images, options);
  const context = canvas.getContext('2d');
  if (!context) {
    throw new GenaiError(
      "drawImages: the canvas gives no context '2d': it already has one of another kind, such as 'webgl'. Take a canvas of its own.",
    );
  }
  if (canvas.width !== image.width) canvas.width = image.width; // setting it clears the canvas, also to the same size
  if (canvas.height !== image.height) canvas.height = image.height;
  context.putImageData(image, 0, 0);
}
