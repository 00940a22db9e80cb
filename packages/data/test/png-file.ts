import { crc32, deflateSync } from 'node:zlib';

/** A PNG file written by hand, for tests: any header, any chunks between header and data, rows filtered as asked. */
export function pngFile(options: {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly colour?: number;
  /** The samples of each row, packed as PNG packs them. */
  readonly rows: readonly (readonly number[])[];
  /** Bytes to the sample on the left, for filters. */
  readonly step?: number;
  /** The filter of row y. */
  readonly filter?: (y: number) => number;
  readonly chunks?: readonly (readonly [type: string, body: Uint8Array])[];
  readonly interlace?: number;
}): Uint8Array {
  const {
    width,
    height,
    depth = 8,
    colour = 0,
    rows,
    step = 1,
    filter = () => 0,
    chunks = [],
    interlace = 0,
  } = options;
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colour, 0, 0, interlace], 8);
  const filtered = rows.flatMap((row, y) => {
    const up = rows[y - 1];
    return [
      filter(y),
      ...row.map((value, x) => {
        const [a, b, c] = [row[x - step] ?? 0, up?.[x] ?? 0, up?.[x - step] ?? 0];
        return (value - [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter(y)]! + 256) & 255;
      }),
    ];
  });
  return pngOf([
    ['IHDR', header],
    ...chunks,
    ['IDAT', deflateSync(Uint8Array.from(filtered))],
    ['IEND', new Uint8Array(0)],
  ]);
}

/** Chunks with their lengths and check sums, after the signature. */
export function pngOf(chunks: readonly (readonly [type: string, body: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([type, body]) => {
    const out = new Uint8Array(12 + body.length);
    const view = new DataView(out.buffer);
    view.setUint32(0, body.length);
    for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
    out.set(body, 8);
    view.setUint32(8 + body.length, crc32(out.subarray(4, 8 + body.length)));
    return out;
  });
  return Uint8Array.from([[137, 80, 78, 71, 13, 10, 26, 10], ...parts].flatMap((part) => [...part]));
}

/** The chunks of a file, as {@link pngOf} takes them. */
export function chunksOf(file: Uint8Array): [type: string, body: Uint8Array][] {
  const found: [string, Uint8Array][] = [];
  const view = new DataView(file.buffer, file.byteOffset);
  for (let at = 8; at < file.length; at += 12 + view.getUint32(at)) {
    found.push([
      String.fromCharCode(...file.subarray(at + 4, at + 8)),
      file.slice(at + 8, at + 8 + view.getUint32(at)),
    ]);
  }
  return found;
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
