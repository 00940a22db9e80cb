import { owned } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor4d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { drawImages } from '../src/canvas/draw-images.js';
import { fromImageData } from '../src/canvas/from-image-data.js';
import { toImageData } from '../src/canvas/to-image-data.js';

const values = [0, 0.2, 0.4, 1, 1, 0.6, 0, 0.8];

describe.each([
  ['a canvas of the page', () => document.createElement('canvas')],
  ['an OffscreenCanvas', () => new OffscreenCanvas(1, 1)],
])('%s: known answers', (_, make) => {
  test('shows the images, and gives them back', async () => {
    using x = owned({ x: tensor4d(values, [2, 2, 2, 1]) });
    const canvas = make();
    await drawImages(canvas, x.x, { columns: 2, padding: 0, scale: 3 });
    expect([canvas.width, canvas.height]).toEqual([12, 6]);
    const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
    const shown = context.getImageData(0, 0, 12, 6);
    using back = owned({ x: fromImageData(shown, { channels: 1, size: [2, 4] }) });
    expectClose(await back.x.data(), [0, 0.2, 1, 0.6, 0.4, 1, 0, 0.8]);
  });

  test('a stroke of the pen comes out as a picture of 28 × 28, on black whatever lies below the canvas', async () => {
    const canvas = make();
    [canvas.width, canvas.height] = [280, 280];
    const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
    context.fillStyle = '#fff';
    context.fillRect(95, 40, 20, 200); // columns 9.5 to 11.5, rows 4 to 24
    using x = owned({ x: fromImageData(context.getImageData(0, 0, 280, 280), { channels: 1, size: 28 }) });
    const pixels = await x.x.data();
    const row = Array.from({ length: 28 }, (_, i) => (i === 9 || i === 11 ? 0.5 : i === 10 ? 1 : 0));
    expectClose(pixels.subarray(28 * 10, 28 * 11), row);
    expectClose(pixels.subarray(0, 28 * 4), new Float32Array(28 * 4));
  });
});

test('errors: a canvas that has a context of another kind already', async () => {
  using x = owned({ x: tensor4d(values, [2, 2, 2, 1]) });
  const canvas = new OffscreenCanvas(4, 4);
  canvas.getContext('bitmaprenderer');
  await expect(drawImages(canvas, x.x)).rejects.toThrow(/drawImages: the canvas gives no context '2d'/);
});

test('known answers: an ImageData of the browser goes into a bitmap', async () => {
  using x = owned({ x: tensor4d(values, [2, 2, 2, 1]) });
  const bitmap = await createImageBitmap(await toImageData(x.x, { columns: 1 }));
  expect([bitmap.width, bitmap.height]).toEqual([2, 5]);
  bitmap.close();
});
