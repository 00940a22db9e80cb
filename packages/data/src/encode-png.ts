import { GenaiError } from '@genai/core';
import { encode } from 'fast-png';
import { messageOf } from './inflate.js';
import { checkPicture, type Picture } from './picture.js';

/**
 * A picture as a PNG file.
 *
 * @example
 * await writeFile('samples.png', encodePng(imageGrid({ data: await x.data(), shape: x.shape })));
 * @throws GenaiError if the picture does not have as many bytes as it says.
 */
export function encodePng(picture: Picture): Uint8Array {
  checkPicture('encodePng', picture);
  const { width, height, channels, data } = picture;
  try {
    return encode({ width, height, channels, data, depth: 8 });
  } catch (error) {
    throw new GenaiError(`encodePng: the picture cannot be written (${messageOf(error)}).`, { cause: error });
  }
}
