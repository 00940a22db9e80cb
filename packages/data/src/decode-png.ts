import { GenaiError } from '@genai/core';
import { decode } from 'fast-png';
import { expectInteger } from './expect.js';
import { inflate, messageOf } from './inflate.js';
import type { Picture } from './picture.js';
import { type PngChunks, type PngHeader, pngChunks } from './png-chunks.js';

/**
 * Reads a PNG file of any kind into 8 bits a channel: grey 1, grey with alpha 2, RGB 3, RGBA 4; a palette becomes RGB,
 * or RGBA where it has alpha. 16 bits are rounded to 8. A single transparent colour (`tRNS` without palette) is ignored.
 *
 * `limit` is the number of pixels from which on a file is refused (2²⁶ unless given); `name` stands in errors. The
 * size is checked before anything is decompressed, and no more is decompressed than that size asks for.
 *
 * @example
 * const { width, height, channels, data } = await decodePng(bytes, { name: 'cat.png' });
 * @throws GenaiError if the file is damaged, cut off, too large, or interlaced with less than 8 bits a sample.
 */
export async function decodePng(
  bytes: Uint8Array,
  { name = 'the PNG data', limit = 2 ** 26 }: { readonly name?: string; readonly limit?: number } = {},
): Promise<Picture> {
  expectInteger('decodePng', 'limit', limit, 1);
  const png = pngChunks(bytes, name, limit);
  if (png.interlaced && png.depth < 8) {
    throw new GenaiError(
      `decodePng: ${name} is interlaced with ${png.depth} bits a sample, which is not supported. Save it without interlacing.`,
    );
  }
  // The decoder inflates without a bound and does not miss what is missing: see first what there is.
  const want = filteredSize(png);
  const { length } = await inflate('decodePng', name, 'deflate', png.compressed, want);
  if (length !== want) {
    throw new GenaiError(`decodePng: ${name} holds ${length} bytes of pixels, its size asks for ${want}. Get it anew.`);
  }
  try {
    return eightBit(name, png, decode(joined(png.bare), { checkCrc: true }).data);
  } catch (error) {
    if (GenaiError.is(error)) throw error;
    throw new GenaiError(`decodePng: ${name} is damaged (${messageOf(error)}). Get the file anew.`, { cause: error });
  }
}

/** Bytes of the filtered image: a filter byte and the samples of each row, of each pass if interlaced. */
function filteredSize({ width, height, depth, colour, interlaced }: PngHeader): number {
  const bits = depth * CHANNELS[colour]!;
  const size = (columns: number, rows: number): number =>
    columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0;
  if (!interlaced) return size(width, height);
  return ADAM7.reduce(
    (sum, [x, y, dx, dy]) => sum + size(Math.ceil((width - x) / dx), Math.max(0, Math.ceil((height - y) / dy))),
    0,
  );
}

function eightBit(name: string, png: PngChunks, decoded: ArrayLike<number>): Picture {
  const { width, height, depth, colour, palette, alpha } = png;
  const channels = CHANNELS[colour]!;
  const row = width * channels;
  const top = 2 ** depth - 1;
  const samples = new Uint8Array(height * row);
  const stride = depth < 8 ? Math.ceil((row * depth) / 8) : row; // rows of narrow samples start at whole bytes
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < row; x++) {
      const packed = (x * depth) >> 3;
      const value =
        depth < 8 ? (decoded[y * stride + packed]! >> (8 - depth - ((x * depth) & 7))) & top : decoded[y * stride + x]!;
      samples[y * row + x] = colour === 3 || depth === 8 ? value : Math.round((value * 255) / top);
    }
  }
  if (colour !== 3) return { width, height, channels, data: samples };
  const shown = alpha.length > 0 ? 4 : 3;
  const data = new Uint8Array(width * height * shown);
  for (const [i, index] of samples.entries()) {
    if (3 * index >= palette.length) {
      throw new GenaiError(
        `decodePng: ${name} has colour ${index} at pixel ${i}, of a palette of ${palette.length / 3}. Get the file anew.`,
      );
    }
    data.set(palette.subarray(3 * index, 3 * index + 3), shown * i);
    if (shown === 4) data[4 * i + 3] = alpha[index] ?? 255;
  }
  return { width, height, channels: shown, data };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const CHANNELS: { readonly [colour: number]: 1 | 2 | 3 | 4 } = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Start and step, across and down, of the seven passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
