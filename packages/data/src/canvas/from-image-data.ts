import { expectIntegers, GenaiError } from '@genai/core';
import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import { checkPicture, withChannels } from '../picture.js';
import { averageAreas } from './average-areas.js';

/** What {@link fromImageData} can vary. */
export interface FromImageDataOptions {
  /** 1: grey, by its luma (Rec. 601). 3: red, green and blue. Default 3. */
  readonly channels?: 1 | 3 | undefined;
  /** Height and width to come out, one number for both: each pixel is the average of the area that it covers. Default: as it is. */
  readonly size?: number | readonly [height: number, width: number] | undefined;
  /** The grey from 0 to 255 that transparent places let through. Default 0, black. */
  readonly background?: number | undefined;
}

/** RGBA bytes, rows from the top: an `ImageData`, or what another program calls so. */
export interface ImageDataLike {
  readonly width: number;
  readonly height: number;
  /** height × width × 4 bytes, alpha not multiplied in. */
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * What a canvas shows as a tensor in [0, 1], (height, width, channels), ready for a model; it is the caller's.
 *
 * @example
 * const drawn = context.getImageData(0, 0, canvas.width, canvas.height);
 * using digit = owned(fromImageData(drawn, { channels: 1, size: 28 })); // (28, 28, 1)
 * @throws GenaiError if the bytes are not height × width × 4, or if an option is out of range.
 */
export function fromImageData(image: ImageDataLike, options: FromImageDataOptions = {}): Tensor3D {
  const { channels = 3, size, background = 0 } = options;
  if (channels !== 1 && channels !== 3) {
    throw new GenaiError(`fromImageData: channels must be 1 (grey) or 3 (colour), got ${String(channels)}.`);
  }
  const [height, width] = typeof size === 'number' ? [size, size] : (size ?? [image.height, image.width]);
  expectIntegers('fromImageData: size', { height, width });
  const opaque = { width: image.width, height: image.height, channels: 3 as const, data: over(image, background) };
  const picture = withChannels(opaque, channels);
  const values = Float32Array.from(picture.data, (byte) => byte / 255);
  const [rows, columns] = [image.height, image.width];
  const resized = averageAreas(values, [rows, columns, channels], [height, width]);
  return tensor3d(resized, [height, width, channels], 'float32'); // (height, width, channels)
}

/** Porter and Duff's `over`, on a grey that is opaque. */
function over({ width, height, data }: ImageDataLike, background: number): Uint8Array {
  checkPicture('fromImageData', { width, height, channels: 4, data: data as Uint8Array });
  const out = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3]! / 255;
    for (let c = 0; c < 3; c++) out[3 * i + c] = alpha * data[4 * i + c]! + (1 - alpha) * background; // rounds
  }
  return new Uint8Array(out.buffer);
}
