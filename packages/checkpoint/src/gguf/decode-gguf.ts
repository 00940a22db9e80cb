import { GenaiError } from '@genai/core';
import { type GgufReader, ggufReader } from './gguf-reader.js';
import {
  DEFAULT_ALIGNMENT,
  type GgufTensor,
  type GgufTensorType,
  type GgufValue,
  ggufBytes,
  isAlignment,
  MAX_DIMENSIONS,
  TENSOR_TYPES,
} from './gguf-types.js';

/** What a GGUF file holds, in its order. */
export interface Gguf {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** `offset` is from the beginning of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor & { readonly offset: number }>;
}

/**
 * Reads a GGUF file of version 2 or 3, as llama.cpp uses them. Nothing of it is believed: what does not fit is rejected before memory
 * is taken. The tensors' `bytes` are views of `bytes`; `ggufFloats` makes numbers of them, one tensor at a time.
 *
 * `where` names the file in messages.
 *
 * @example
 * const { metadata, tensors } = decodeGguf(new Uint8Array(await file.arrayBuffer()));
 * metadata.get('general.architecture'); // { type: 'STRING', value: 'llama' }
 * const table = ggufFloats(tensors.get('token_embd.weight'));
 * @throws GenaiError if the file is cut short, of another version or big-endian, a count or length does not fit into it, a name stands
 *   twice, a value is of an unknown type or a list of lists, a tensor is of a type that is not read, or tensors leave the file or overlap.
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function decodeGguf(bytes: Uint8Array, where = 'decodeGguf'): Gguf {
  if (bytes.byteLength < 24 || !MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new GenaiError(`${where}: got ${bytes.byteLength} bytes that do not begin as a GGUF file does, with "GGUF".`);
  }
  const reader = ggufReader(bytes, 4, where);
  const version = reader.u32('the version');
  if (version !== 2 && version !== 3) {
    const what = version > 0xffff ? 'it is big-endian' : `its version is ${version}`;
    throw new GenaiError(
      `${where}: ${what}, expected version 2 or 3, little-endian. Convert it with the tools of llama.cpp.`,
    );
  }
  const tensorCount = reader.count('the number of tensors', LEAST_TENSOR_BYTES);
  const valueCount = reader.count('the number of values', LEAST_VALUE_BYTES);

  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < valueCount; i++) {
    const name = reader.text(`the name of value ${i}`, MAX_NAME);
    if (metadata.has(name)) throw new GenaiError(`${where}: the value ${JSON.stringify(name)} stands twice.`);
    metadata.set(name, reader.value(`the value ${JSON.stringify(name)}`));
  }
  const entries = new Map<string, Entry>();
  for (let i = 0; i < tensorCount; i++) {
    const name = reader.text(`the name of tensor ${i}`, MAX_NAME);
    if (entries.has(name)) throw new GenaiError(`${where}: the tensor ${JSON.stringify(name)} stands twice.`);
    entries.set(name, entryOf(reader, `${where}: tensor ${JSON.stringify(name)}`));
  }

  const alignment = metadata.get('general.alignment')?.value ?? DEFAULT_ALIGNMENT;
  if (!isAlignment(alignment)) {
    throw new GenaiError(`${where}: general.alignment is ${alignment}, expected a power of 2 from 8 to 2^20.`);
  }
  const start = Math.ceil(reader.at() / alignment) * alignment;
  return { metadata, tensors: placed(entries, bytes, start, alignment, where) };
}

type Entry = { type: GgufTensorType; shape: readonly number[]; begin: number; size: number };

/** What the head says of one tensor. */
function entryOf(reader: GgufReader, where: string): Entry {
  const rank = reader.u32('the number of dimensions');
  if (rank > MAX_DIMENSIONS)
    throw new GenaiError(`${where} has ${rank} dimensions, at most ${MAX_DIMENSIONS} are taken.`);
  const shape = Array.from({ length: rank }, () => reader.u64('a dimension')).reverse();
  const id = reader.u32('the type of a tensor');
  const type = TYPES.find((type) => TENSOR_TYPES[type].id === id);
  if (type === undefined) {
    throw new GenaiError(
      `${where} is of ggml's type ${id}, expected one of ${TYPES.join(', ')}. Convert it with llama-quantize.`,
    );
  }
  const begin = reader.u64('the offset of a tensor');
  const size = ggufBytes(type, shape);
  if (size === undefined) {
    throw new GenaiError(
      `${where} of type ${type} cannot have the shape [${shape.join(', ')}]: rows must be whole blocks.`,
    );
  }
  return { type, shape, begin, size };
}

/** The tensors with their bytes: within the file, aligned, and none in the place of another. */
function placed(
  entries: Map<string, Entry>,
  bytes: Uint8Array,
  start: number,
  alignment: number,
  where: string,
): Gguf['tensors'] {
  const tensors = new Map<string, GgufTensor & { offset: number }>();
  for (const [name, { type, shape, begin, size }] of entries) {
    const offset = start + begin;
    if (begin % alignment !== 0 || offset + size > bytes.byteLength) {
      throw new GenaiError(
        `${where}: tensor ${JSON.stringify(name)} claims ${size} bytes from ${offset} on; expected a multiple of ${alignment} behind ${start} ` +
          `and an end by ${bytes.byteLength}. The file is cut short or damaged.`,
      );
    }
    tensors.set(name, { type, shape, offset, bytes: bytes.subarray(offset, offset + size) });
  }
  let end = start;
  for (const [name, { offset, bytes }] of [...tensors].sort(([, a], [, b]) => a.offset - b.offset)) {
    if (bytes.byteLength > 0 && offset < end) {
      throw new GenaiError(`${where}: tensor ${JSON.stringify(name)} overlaps another.`);
    }
    end = Math.max(end, offset + bytes.byteLength);
  }
  return tensors;
}

const TYPES = /* @__PURE__ */ Object.keys(TENSOR_TYPES) as readonly GgufTensorType[];

/** "GGUF". */
export const MAGIC: readonly number[] = [0x47, 0x47, 0x55, 0x46];
const MAX_NAME = 2 ** 16 - 1;
/** Length of the name, type, at least one byte. */
const LEAST_VALUE_BYTES = 13;
/** Length of the name, number of dimensions, type, offset. */
const LEAST_TENSOR_BYTES = 24;
