import { GenaiError } from '@genai/core';

/** One picture on the host: rows from the top, 8 bits a channel. 1 channel is grey, 2 grey with alpha, 3 RGB, 4 RGBA. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** height × width × channels bytes. */
  readonly data: Uint8Array;
}

/**
 * The same picture with another number of channels: grey is repeated, colour becomes grey by its luma (Rec. 601), alpha
 * is dropped or made opaque.
 *
 * @example
 * const { data, width } = withChannels(picture, 4);
 * context.putImageData(new ImageData(Uint8ClampedArray.from(data), width), 0, 0);
 */
export function withChannels(picture: Picture, channels: 1 | 2 | 3 | 4): Picture {
  checkPicture('withChannels', picture);
  if (picture.channels === channels) return picture;
  const { width, height, channels: from, data: source } = picture;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const at = i * from;
    const to = i * channels;
    const red = source[at]!;
    const [green, blue] = from > 2 ? [source[at + 1]!, source[at + 2]!] : [red, red];
    if (channels > 2) {
      data[to] = red;
      data[to + 1] = green;
      data[to + 2] = blue;
    } else {
      data[to] = from > 2 ? Math.round(0.299 * red + 0.587 * green + 0.114 * blue) : red;
    }
    if (channels % 2 === 0) data[to + channels - 1] = from % 2 === 0 ? source[at + from - 1]! : 255;
  }
  return { width, height, channels, data };
}

/** Checks that a picture has as many bytes as it says. */
export function checkPicture(where: string, { width, height, channels, data }: Picture): void {
  const whole = [width, height].every((n) => Number.isSafeInteger(n) && n > 0) && [1, 2, 3, 4].includes(channels);
  if (!whole || data.length !== width * height * channels) {
    throw new GenaiError(
      `${where}: the picture has ${data.length} bytes, expected height × width × channels with channels 1 to 4, got ${height} × ${width} × ${channels}.`,
    );
  }
}
