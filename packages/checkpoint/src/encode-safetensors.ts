import { GenaiError } from '@genai/core';
import {
  ARRAYS,
  isDangerousName,
  MAX_HEADER_BYTES,
  type SafetensorsDtype,
  type SafetensorsEntry,
  sizeOf,
} from './safetensors-dtype.js';

/**
 * A safetensors file with these tensors and, if given, a map of strings about them.
 *
 * Laid out as the reference implementation does: widest element type first, then by name, no gaps, the header padded to
 * a multiple of 8 bytes. Equal input gives equal bytes.
 *
 * @example
 * const bytes = encodeSafetensors({ weight: { dtype: 'F32', shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) } });
 * @throws GenaiError if shape, element type and data do not agree, or a name cannot stand in a file.
 * @source https://github.com/huggingface/safetensors, section "Format".
 */
export function encodeSafetensors(
  entries: ReadonlyMap<string, SafetensorsEntry> | { readonly [name: string]: SafetensorsEntry },
  metadata?: { readonly [name: string]: string },
): Uint8Array {
  const given = entries instanceof Map ? [...entries] : Object.entries(entries as Record<string, SafetensorsEntry>);
  const sorted = given.sort(
    ([a, x], [b, y]) => ORDER.indexOf(x.dtype) - ORDER.indexOf(y.dtype) || byCodePoint(a, b),
  ) as [string, SafetensorsEntry][];

  const lines = metadata === undefined ? [] : [`"__metadata__":${encodeMetadata(metadata)}`];
  let end = 0;
  for (const [name, entry] of sorted) {
    checkEntry(name, entry);
    const begin = end;
    end += entry.data.byteLength;
    lines.push(
      `${JSON.stringify(name)}:{"dtype":"${entry.dtype}","shape":[${entry.shape}],"data_offsets":[${begin},${end}]}`,
    );
  }
  // Written by hand: an object would put names such as "10" before the others.
  const header = new TextEncoder().encode(`{${lines.join(',')}}`);
  const length = Math.ceil(header.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw new GenaiError(
      `encodeSafetensors: the header would have ${length} bytes, readers take ${MAX_HEADER_BYTES}. Write fewer tensors or shorter metadata.`,
    );
  }

  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(header, 8);
  bytes.fill(0x20, 8 + header.length, 8 + length);
  let at = 8 + length;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const ORDER: readonly string[] = /* @__PURE__ */ Object.keys(ARRAYS);

function checkEntry(name: string, { dtype, shape, data }: SafetensorsEntry): void {
  checkName('tensor', name);
  if (name === '__metadata__') throw new GenaiError('encodeSafetensors: no tensor can be named "__metadata__".');
  const where = `encodeSafetensors: tensor "${name}"`;
  if (!Object.hasOwn(ARRAYS, dtype)) {
    throw new GenaiError(`${where} has the type ${JSON.stringify(dtype)}, expected one of ${ORDER.join(', ')}.`);
  }
  const expected = ARRAYS[dtype as SafetensorsDtype].name;
  const got: string | undefined = data[Symbol.toStringTag];
  if (got !== expected) throw new GenaiError(`${where} of type ${dtype} holds ${got}, expected ${expected}.`);
  const size = sizeOf(shape);
  if (size !== data.length) {
    throw new GenaiError(`${where} has ${data.length} elements and shape [${shape.join(', ')}]. They must agree.`);
  }
}

function encodeMetadata(metadata: { readonly [name: string]: string }): string {
  const lines = Object.entries(metadata)
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([name, value]) => {
      checkName('metadata', name);
      if (typeof value !== 'string' || LONE_SURROGATE.test(value)) {
        throw new GenaiError(`encodeSafetensors: metadata "${name}" must be well-formed text, got a ${typeof value}.`);
      }
      return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    });
  return `{${lines.join(',')}}`;
}

function checkName(what: string, name: string): void {
  if (isDangerousName(name) || LONE_SURROGATE.test(name)) {
    throw new GenaiError(
      `encodeSafetensors: ${what} ${JSON.stringify(name)} cannot be written: "__proto__", "constructor", "prototype" and halves ` +
        'of surrogate pairs cannot stand in a name. Use another.',
    );
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The order of the UTF-8 bytes, which is that of the reference; JavaScript's own order is that of UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const i = x.findIndex((letter, at) => letter !== y[at]);
  return i < 0 ? x.length - y.length : (x[i]?.codePointAt(0) ?? -1) - (y[i]?.codePointAt(0) ?? -1);
}
