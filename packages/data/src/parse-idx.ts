import { GenaiError } from '@genai/core';
import type { NumberArray } from './column.js';

/** What an IDX file holds: numbers and their shape. */
export interface Idx {
  readonly data: Exclude<NumberArray, Uint8ClampedArray | Uint16Array>;
  readonly shape: readonly number[];
}

/**
 * Reads an IDX file (idx1-ubyte, idx3-ubyte and all other element types): the format of MNIST and its kin.
 *
 * Bytes are a view of `bytes`; wider numbers are copied out of their big-endian order. `name` stands in errors.
 *
 * @example
 * const { data, shape } = parseIdx(await gunzip(bytes, { limit: 2 ** 26 }), 'train-images-idx3-ubyte');
 * @throws GenaiError if the header or the length is wrong; nothing is allocated before both are known to be right.
 * @source LeCun, Cortes, Burges, "The MNIST database", "File formats for the MNIST database".
 */
export function parseIdx(bytes: Uint8Array, name = 'the IDX data'): Idx {
  if (bytes.length < 4) {
    throw new GenaiError(`parseIdx: ${name} has ${bytes.length} bytes, expected a header of at least 4.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES[bytes[2]! as keyof typeof TYPES] as Type | undefined;
  const rank = bytes[3]!;
  if (bytes[0] !== 0 || bytes[1] !== 0 || !type) {
    const magic = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const hint = bytes[0] === 0x1f && bytes[1] === 0x8b ? ' It is compressed: gunzip it first.' : '';
    throw new GenaiError(`parseIdx: ${name} starts with ${magic}, expected 00 00, a type and a rank.${hint}`);
  }
  const start = 4 + 4 * rank;
  if (rank === 0 || rank > MOST_DIMENSIONS || bytes.length < start) {
    throw new GenaiError(
      `parseIdx: ${name} claims ${rank} dimensions in ${bytes.length} bytes, expected 1 to ${MOST_DIMENSIONS} of 4 bytes each. Is the file cut off?`,
    );
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  if (size * type.bytes !== bytes.length - start) {
    throw new GenaiError(
      `parseIdx: ${name} has ${bytes.length - start} bytes of data, its shape [${shape.join(', ')}] asks for ${size * type.bytes}. Is the file cut off?`,
    );
  }
  return { data: type.read(view, start, size), shape };
}

interface Type {
  readonly bytes: number;
  readonly read: (view: DataView, start: number, size: number) => Idx['data'];
}

const TYPES = {
  8: { bytes: 1, read: (v, start, size) => new Uint8Array(v.buffer, v.byteOffset + start, size) },
  9: { bytes: 1, read: (v, start, size) => new Int8Array(v.buffer, v.byteOffset + start, size) },
  11: { bytes: 2, read: (v, start, size) => filled(new Int16Array(size), (i) => v.getInt16(start + 2 * i)) },
  12: { bytes: 4, read: (v, start, size) => filled(new Int32Array(size), (i) => v.getInt32(start + 4 * i)) },
  13: { bytes: 4, read: (v, start, size) => filled(new Float32Array(size), (i) => v.getFloat32(start + 4 * i)) },
  14: { bytes: 8, read: (v, start, size) => filled(new Float64Array(size), (i) => v.getFloat64(start + 8 * i)) },
} satisfies { readonly [code: number]: Type };

/** More than any file has; with it a hostile header costs nothing. */
const MOST_DIMENSIONS = 8;

function filled<A extends Int16Array | Int32Array | Float32Array | Float64Array>(out: A, at: (i: number) => number): A {
  for (let i = 0; i < out.length; i++) out[i] = at(i);
  return out;
}
