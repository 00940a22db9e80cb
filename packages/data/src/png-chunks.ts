import { GenaiError } from '@genai/core';

/** What the header of a PNG file says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  readonly colour: number;
  readonly interlaced: boolean;
}

/** A PNG file taken apart; nothing is copied or decompressed. */
export interface PngChunks extends PngHeader {
  /** Red, green and blue of each colour of the palette; empty without one. */
  readonly palette: Uint8Array;
  /** Alpha of the first colours of the palette; empty without one. */
  readonly alpha: Uint8Array;
  /** The compressed image. */
  readonly compressed: readonly Uint8Array[];
  /** The file without what decoding does not need: profiles and texts may decompress without limit. */
  readonly bare: readonly Uint8Array[];
}

/**
 * Walks the chunks of a PNG file, checking signature, header, lengths and order.
 *
 * @throws GenaiError if the file is damaged, cut off, or has more than `limit` pixels.
 * @source W3C, "Portable Network Graphics (PNG) Specification", sections 5 and 11.
 */
export function pngChunks(bytes: Uint8Array, name: string, limit: number): PngChunks {
  const header = pngHeader(bytes, name, limit);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const compressed: Uint8Array[] = [];
  const bare: Uint8Array[] = [bytes.subarray(0, HEADER_END)];
  let palette = bytes.subarray(0, 0);
  let alpha = palette;
  let type = '';
  for (let at = HEADER_END; type !== 'IEND'; ) {
    if (at + 12 > bytes.length) throw bad(name, 'is cut off before its end chunk');
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw bad(name, `has a chunk of ${length} bytes, more than the file has left`);
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') compressed.push(body);
    else if (type === 'PLTE') palette = body;
    else if (type === 'tRNS') alpha = body;
    else if (type !== 'IEND' && type.charCodeAt(0) < 97) {
      throw bad(name, `has a chunk ${JSON.stringify(type)} that must be understood and is not`);
    }
    if (type === 'IDAT' || type === 'PLTE' || type === 'IEND') bare.push(bytes.subarray(at, at + 12 + length));
    at += 12 + length;
  }
  if (compressed.length === 0) throw bad(name, 'has no image data');
  if (header.colour === 3 && (palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768)) {
    throw bad(name, `has a palette of ${palette.length} bytes, expected 3 for each of 1 to 256 colours`);
  }
  return { ...header, palette, alpha, compressed, bare };
}

/** Checks the signature and reads the header: the first 33 bytes of a PNG file. */
export function pngHeader(bytes: Uint8Array, name: string, limit: number): PngHeader {
  if (bytes.length < HEADER_END || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw bad(name, 'does not start as a PNG file does');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(8) !== 13 || String.fromCharCode(...bytes.subarray(12, 16)) !== 'IHDR') {
    throw bad(name, 'has no header after its signature');
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, compression, filter, interlace] = bytes.subarray(24, 29) as Iterable<number> as Header;
  if (width === 0 || height === 0 || width > 2 ** 31 - 1 || height > 2 ** 31 - 1) {
    throw bad(name, `has no valid size: ${width} × ${height}`);
  }
  if (width * height > limit) {
    throw new GenaiError(
      `decodePng: ${name} has ${width} × ${height} pixels, the limit is ${limit}. If the file is to be trusted, raise the limit.`,
    );
  }
  if (!DEPTHS[colour]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw bad(
      name,
      `has a header that no PNG file has (depth ${depth}, colour ${colour}, compression ${compression}, filter ${filter}, interlace ${interlace})`,
    );
  }
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

function bad(name: string, what: string): GenaiError {
  return new GenaiError(`decodePng: ${name} ${what}. Is it a whole PNG file?`);
}

type Header = [depth: number, colour: number, compression: number, filter: number, interlace: number];

const HEADER_END = 33; // signature 8, length 4, type 4, header 13, check sum 4
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Bits a sample that each kind of colour may have. */
const DEPTHS: { readonly [colour: number]: readonly number[] } = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
