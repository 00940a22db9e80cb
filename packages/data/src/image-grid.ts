import { GenaiError } from '@genai/core';
import { expectInteger } from './expect.js';
import type { Picture } from './picture.js';

/**
 * Images side by side in one picture, row by row: grey images give a grey picture, RGB and RGBA images an RGBA one.
 *
 * `images` is (count, height, width) or (count, height, width, channels) with 1, 3 or 4 channels; floats from 0 to 1
 * (others are cut off, NaN is black) or bytes. `padding` is the gap between images in pixels, `background` its grey
 * from 0 to 255. `columns` is the root of the count, rounded up, unless given.
 *
 * @example
 * const picture = imageGrid({ data: await samples.data(), shape: samples.shape }, { columns: 8, padding: 2 });
 * @throws GenaiError if the numbers are not images of that shape.
 */
export function imageGrid(
  images: { readonly data: Float32Array | Uint8Array | Int32Array; readonly shape: readonly number[] },
  options: { readonly columns?: number; readonly padding?: number; readonly background?: number } = {},
): Picture {
  const { data, shape } = images;
  const [count, height, width, depth] = [shape[0]!, shape[1]!, shape[2]!, shape[3] ?? 1];
  const right = (shape.length === 3 || shape.length === 4) && [1, 3, 4].includes(depth) && count * height * width > 0;
  if (!right || data.length !== count * height * width * depth) {
    throw new GenaiError(
      `imageGrid: got ${data.length} numbers of shape [${shape.join(', ')}], expected (count, height, width[, channels]) with 1, 3 or 4 channels.`,
    );
  }
  const { columns = Math.ceil(Math.sqrt(count)), padding = 1, background = 255 } = options;
  expectInteger('imageGrid', 'columns', columns, 1);
  expectInteger('imageGrid', 'padding', padding, 0);
  const rows = Math.ceil(count / columns);
  const across = columns * (width + padding) - padding;
  const down = rows * (height + padding) - padding;
  const channels = depth === 1 ? 1 : 4;
  const out = new Uint8ClampedArray(across * down * channels).fill(background);
  if (channels === 4) for (let i = 3; i < out.length; i += 4) out[i] = 255;
  const scale = data instanceof Float32Array ? 255 : 1;
  for (let row = 0; row < count * height; row++) {
    const image = Math.floor(row / height);
    const top = Math.floor(image / columns) * (height + padding) + (row % height);
    const left = (image % columns) * (width + padding);
    for (let x = 0; x < width; x++) {
      const from = (row * width + x) * depth;
      const to = (top * across + left + x) * channels;
      for (let c = 0; c < depth; c++) out[to + c] = data[from + c]! * scale; // clamps, rounds, turns NaN to 0
    }
  }
  return { width: across, height: down, channels, data: new Uint8Array(out.buffer) };
}
