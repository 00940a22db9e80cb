import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expectInteger } from '../expect.js';
import { imageGrid } from '../image-grid.js';
import { type Picture, withChannels } from '../picture.js';

/** How images are laid out on a canvas. */
export interface ToImageDataOptions {
  /** Images beside each other: the root of their number, rounded up, unless given. */
  readonly columns?: number | undefined;
  /** The gap between images, in their own pixels. Default 1. */
  readonly padding?: number | undefined;
  /** The grey of the gaps, from 0 to 255. Default 255. */
  readonly background?: number | undefined;
  /** Every pixel becomes `scale` × `scale` of them, with sharp edges. Default 1. */
  readonly scale?: number | undefined;
}

/**
 * Images as an `ImageData` for `putImageData` and `createImageBitmap`, several of them as a grid; in pages and in workers.
 *
 * `images` is (height, width), (height, width, channels) or (count, height, width, channels) with 1, 3 or 4 channels,
 * floats from 0 to 1 (others are cut off, NaN is black) or int32 bytes; it stays the caller's. A `Picture`, such as those of
 * `renderMesh` and `decodePng`, is taken as it is.
 *
 * @example
 * const image = await toImageData(samples, { columns: 8 });
 * context.putImageData(image, 0, 0);
 * @throws GenaiError if the shape is that of no images, or if there is no `ImageData` here, as in Node: `imageGrid` gives the
 * bytes everywhere.
 */
export async function toImageData(images: Tensor | Picture, options: ToImageDataOptions = {}): Promise<ImageData> {
  const { scale = 1 } = options;
  expectInteger('toImageData', 'scale', scale, 1);
  if (typeof ImageData === 'undefined') {
    throw new GenaiError(
      'toImageData: there is no ImageData in this program. Call it in a page or a worker of one; in Node use `withChannels(imageGrid({ data, shape }), 4)`, whose data are the same bytes.',
    );
  }
  const picture = 'channels' in images ? images : await gridOf(images, options);
  const { data, width, height } = enlarged(withChannels(picture, 4), scale);
  return new ImageData(new Uint8ClampedArray(data), width, height);
}

async function gridOf(images: Tensor, { columns, padding, background }: ToImageDataOptions): Promise<Picture> {
  const { shape, rank, dtype, size } = images;
  const depth = rank < 3 ? 1 : shape.at(-1)!;
  if (rank < 2 || rank > 4 || ![1, 3, 4].includes(depth) || size === 0) {
    throw new GenaiError(
      `toImageData: got shape [${shape.join(', ')}], expected (height, width), (height, width, channels) or (count, height, width, channels) with 1, 3 or 4 channels. Reshape flat images first.`,
    );
  }
  const values = await images.data();
  return imageGrid(
    {
      data: dtype === 'bool' ? Float32Array.from(values) : values,
      shape: rank === 4 ? shape : [1, ...shape], // (count, height, width[, channels])
    },
    {
      ...(columns !== undefined && { columns }),
      ...(padding !== undefined && { padding }),
      ...(background !== undefined && { background }),
    },
  );
}

/** Whole pixels are moved as 32-bit numbers: a row is made once, and then repeated. */
function enlarged(picture: Picture, scale: number): Picture {
  if (scale === 1) return picture;
  const [width, height] = [picture.width * scale, picture.height * scale];
  const pixels = new Uint32Array(new Uint8Array(picture.data).buffer); // a copy begins where 32-bit numbers may
  const out = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const row = out.subarray(y * scale * width, (y * scale + 1) * width);
    for (let x = 0; x < width; x++) row[x] = pixels[y * picture.width + Math.floor(x / scale)]!;
    for (let again = 1; again < scale; again++) out.set(row, (y * scale + again) * width);
  }
  return { width, height, channels: 4, data: new Uint8Array(out.buffer) };
}
