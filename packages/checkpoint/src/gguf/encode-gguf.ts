import { GenaiError } from '@genai/core';
import { MAGIC } from './decode-gguf.js';
import {
  DEFAULT_ALIGNMENT,
  type GgufTensor,
  type GgufValue,
  ggufBytes,
  isAlignment,
  MAX_DIMENSIONS,
  TENSOR_TYPES,
  VALUE_TYPES,
} from './gguf-types.js';

/** What goes into a GGUF file, in this order. */
export interface GgufParts {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/**
 * A GGUF file of version 3 with these values and tensors. Equal input gives equal bytes.
 *
 * @example
 * const metadata = new Map([['general.architecture', { type: 'STRING', value: 'gpt2' }]] as const);
 * const bytes = encodeGguf({ metadata, tensors: new Map([['token_embd.weight', ggufTensor('Q8_0', [65, 128], table)]]) });
 * @throws GenaiError if a tensor's type, shape and bytes do not agree, its name has more than 63 bytes, which llama.cpp refuses, or a
 *   value is not of its type.
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function encodeGguf({ metadata, tensors }: GgufParts): Uint8Array {
  for (const [name, tensor] of tensors) checkBytes(name, tensor);
  const { head, alignment } = encodeGgufHead({ metadata, tensors });
  const padded = (size: number): number => Math.ceil(size / alignment) * alignment;
  const sizes = Array.from(tensors.values(), ({ bytes }) => padded(bytes.byteLength));
  const file = new Uint8Array(sizes.reduce((sum, size) => sum + size, head.byteLength));
  file.set(head);
  let at = head.byteLength;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += padded(bytes.byteLength);
  }
  return file;
}

/**
 * The beginning of the file that {@link encodeGguf} makes. Behind it come the bytes of each tensor in turn, each filled up with zeros to
 * a multiple of `alignment`: for who writes a file larger than the memory.
 *
 * @throws GenaiError as {@link encodeGguf}.
 */
export function encodeGgufHead({
  metadata,
  tensors,
}: {
  readonly metadata: GgufParts['metadata'];
  readonly tensors: ReadonlyMap<string, Pick<GgufTensor, 'type' | 'shape'>>;
}): { readonly head: Uint8Array; readonly alignment: number } {
  const alignment = metadata.get('general.alignment')?.value ?? DEFAULT_ALIGNMENT;
  if (!isAlignment(alignment)) {
    throw new GenaiError(`encodeGguf: general.alignment is ${alignment}, expected a power of 2 from 8 to 2^20.`);
  }
  const padded = (size: number): number => Math.ceil(size / alignment) * alignment;
  const head: Uint8Array[] = [Uint8Array.from(MAGIC), u32(3), u64(tensors.size), u64(metadata.size)];
  for (const [name, value] of metadata) head.push(text(name), ...valueBytes(name, value));
  let end = 0;
  for (const [name, tensor] of tensors) {
    const size = checkedSize(name, tensor);
    const { type, shape } = tensor;
    head.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(TENSOR_TYPES[type].id), u64(end));
    end += padded(size);
  }
  let at = 0;
  const start = padded(head.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const written = new Uint8Array(start);
  for (const piece of head) {
    written.set(piece, at);
    at += piece.byteLength;
  }
  return { head: written, alignment };
}

/** The type's number, and the value behind it; of a list the type of its elements and its length before them. */
function valueBytes(name: string, { type, value }: GgufValue): Uint8Array[] {
  const scalar = type.replace('[]', '') as (typeof VALUE_TYPES)[number];
  const id = VALUE_TYPES.indexOf(scalar);
  if (id < 0 || scalar === 'ARRAY') refuse(name, type);
  const isList = type !== scalar;
  const each = isList ? Array.from(value as ArrayLike<unknown>) : [value];
  const prefix = isList ? [u32(VALUE_TYPES.indexOf('ARRAY')), u32(id), u64(each.length)] : [u32(id)];
  if (scalar === 'STRING') {
    if (!each.every((x) => typeof x === 'string' && !/\p{Surrogate}/u.test(x))) refuse(name, type);
    return [...prefix, ...(each as string[]).map(text)];
  }
  if (scalar === 'BOOL') {
    if (!each.every((x) => typeof x === 'boolean')) refuse(name, type);
    return [...prefix, Uint8Array.from(each, Number)];
  }
  const kind = scalar === 'U64' || scalar === 'I64' ? 'bigint' : 'number';
  if (!each.every((x) => typeof x === kind)) refuse(name, type);
  const [size, put] = NUMBERS[scalar as keyof typeof NUMBERS];
  const bytes = new Uint8Array(size * each.length);
  const view = new DataView(bytes.buffer);
  for (const [i, x] of each.entries()) put(view, i * size, x as never);
  if (!isList && kind === 'number' && !scalar.startsWith('F') && !isWithin(scalar, value as number)) refuse(name, type);
  return [...prefix, bytes];
}

const NUMBERS = {
  U8: [1, (view: DataView, at: number, x: number) => view.setUint8(at, x)],
  I8: [1, (view: DataView, at: number, x: number) => view.setInt8(at, x)],
  U16: [2, (view: DataView, at: number, x: number) => view.setUint16(at, x, true)],
  I16: [2, (view: DataView, at: number, x: number) => view.setInt16(at, x, true)],
  U32: [4, (view: DataView, at: number, x: number) => view.setUint32(at, x, true)],
  I32: [4, (view: DataView, at: number, x: number) => view.setInt32(at, x, true)],
  F32: [4, (view: DataView, at: number, x: number) => view.setFloat32(at, x, true)],
  F64: [8, (view: DataView, at: number, x: number) => view.setFloat64(at, x, true)],
  U64: [8, (view: DataView, at: number, x: bigint) => view.setBigUint64(at, x, true)],
  I64: [8, (view: DataView, at: number, x: bigint) => view.setBigInt64(at, x, true)],
} as const;

/** A whole number within 'U8' … 'I32': DataView would wrap others around. */
function isWithin(type: string, x: number): boolean {
  const values = 2 ** Number(type.slice(1));
  const least = type.startsWith('U') ? 0 : -values / 2;
  return Number.isInteger(x) && x >= least && x < least + values;
}

/** The bytes that a tensor takes. */
function checkedSize(name: string, { type, shape }: Pick<GgufTensor, 'type' | 'shape'>): number {
  const where = `encodeGguf: tensor ${JSON.stringify(name)}`;
  const length = new TextEncoder().encode(name).byteLength;
  if (length > MAX_TENSOR_NAME)
    throw new GenaiError(`${where}: its name has ${length} bytes, at most ${MAX_TENSOR_NAME} are read.`);
  if (shape.length > MAX_DIMENSIONS) {
    throw new GenaiError(
      `${where} has ${shape.length} dimensions, the format has at most ${MAX_DIMENSIONS}. Reshape it.`,
    );
  }
  const size = Object.hasOwn(TENSOR_TYPES, type) ? ggufBytes(type, shape) : undefined;
  if (size !== undefined) return size;
  throw new GenaiError(
    `${where} of type ${type} cannot have the shape [${shape.join(', ')}]: rows must be whole blocks. Make it with ggufTensor.`,
  );
}

function checkBytes(name: string, { type, shape, bytes }: GgufTensor): void {
  const expected = Object.hasOwn(TENSOR_TYPES, type) ? ggufBytes(type, shape) : undefined;
  if (expected !== bytes.byteLength) {
    throw new GenaiError(
      `encodeGguf: tensor ${JSON.stringify(name)} of type ${type} and shape [${shape.join(', ')}] has ${bytes.byteLength} bytes, expected ${expected ?? 'rows of whole blocks'}. ` +
        'Make it with ggufTensor.',
    );
  }
}

/** llama.cpp keeps names in 64 bytes with a zero behind them. */
const MAX_TENSOR_NAME = 63;

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  const whole = new Uint8Array(8 + bytes.byteLength);
  whole.set(u64(bytes.byteLength));
  whole.set(bytes, 8);
  return whole;
}

function u32(x: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(x).buffer);
}

function u64(x: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(x)).buffer);
}

function refuse(name: string, type: string): never {
  throw new GenaiError(
    `encodeGguf: the value ${JSON.stringify(name)} is not of its type ${type}. Give another type or value.`,
  );
}
