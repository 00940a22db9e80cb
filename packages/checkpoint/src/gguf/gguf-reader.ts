import { GenaiError } from '@genai/core';
import { decodeText } from '../parse-json.js';
import { type GgufValue, VALUE_TYPES } from './gguf-types.js';

/** Reads the head of a GGUF file piece by piece; nothing is read beyond the end, and no memory is taken for what is not there. */
export interface GgufReader {
  readonly at: () => number;
  readonly u32: (what: string) => number;
  /** @throws GenaiError unless it is a whole number below 2^53. */
  readonly u64: (what: string) => number;
  readonly text: (what: string, most: number) => string;
  readonly value: (what: string) => GgufValue;
  /** A count of things that take `least` bytes each, at least: so many must still fit. */
  readonly count: (what: string, least: number) => number;
}

/** A reader of `bytes` from `at` on. Its errors name `where` and the byte. */
export function ggufReader(bytes: Uint8Array, at: number, where: string): GgufReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (problem: string): never => {
    throw new GenaiError(`${where}: at byte ${at}, ${problem}. It is cut short, damaged or not a GGUF file.`);
  };
  const left = (): number => bytes.byteLength - at;
  const taken = (size: number, what: string): number => {
    if (size > left()) fail(`${what} takes ${size} bytes, ${left()} are left`);
    at += size;
    return at - size;
  };
  const u32 = (what: string): number => view.getUint32(taken(4, what), true);
  const u64 = (what: string): number => {
    const value = Number(view.getBigUint64(taken(8, what), true));
    return Number.isSafeInteger(value) ? value : fail(`${what} is ${value}, expected a number below 2^53`);
  };
  const count = (what: string, least: number): number => {
    const value = u64(what);
    if (value > left() / least) fail(`${what} is ${value}, which do not fit into the ${left()} bytes that are left`);
    return value;
  };
  const text = (what: string, most: number): string => {
    const length = u64(`the length of ${what}`);
    if (length > most) fail(`${what} has ${length} bytes, at most ${most} are taken`);
    const from = taken(length, what);
    return decodeText(bytes.subarray(from, from + length), `${where}: ${what}, at byte ${from},`);
  };
  const truth = (what: string): boolean => {
    const byte = view.getUint8(taken(1, what));
    return byte > 1 ? fail(`${what} is ${byte}, expected 0 or 1`) : byte === 1;
  };
  /** `count` elements as an array of their own: where they stand in the file nothing is aligned. */
  const elements = <A>(Elements: ElementsOf<A>, count: number, what: string): A => {
    const size = count * Elements.BYTES_PER_ELEMENT;
    const from = taken(size, what);
    return new Elements(new Uint8Array(bytes.subarray(from, from + size)).buffer);
  };

  const list = (what: string): GgufValue => {
    const kind = VALUE_TYPES[u32(`the type of ${what}`)];
    if (kind === undefined || kind === 'ARRAY') return fail(`${what} is a list of lists or of an unknown type`);
    const length = count(`the length of ${what}`, LEAST_BYTES[kind]);
    if (kind === 'STRING') {
      return { type: 'STRING[]', value: Array.from({ length }, (_, i) => text(`${what}[${i}]`, MAX_TEXT)) };
    }
    if (kind === 'BOOL') return { type: 'BOOL[]', value: Array.from({ length }, (_, i) => truth(`${what}[${i}]`)) };
    const value = elements<unknown>(LIST_ARRAYS[kind], length, what);
    return { type: `${kind}[]`, value } as GgufValue;
  };
  const value = (what: string): GgufValue => {
    const type = VALUE_TYPES[u32(`the type of ${what}`)];
    if (type === undefined) return fail(`${what} is of an unknown type`);
    if (type === 'ARRAY') return list(what);
    if (type === 'STRING') return { type, value: text(what, MAX_TEXT) };
    if (type === 'BOOL') return { type, value: truth(what) };
    const [value] = elements<ArrayLike<unknown>>(LIST_ARRAYS[type], 1, what) as unknown as [unknown];
    return { type, value } as GgufValue;
  };
  return { at: () => at, u32, u64, text, value, count };
}

type ElementsOf<A> = { new (buffer: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number };

/** The numbers of both bytes and machine are little-endian: all of TensorFlow.js assumes the latter. */
const LIST_ARRAYS = {
  ...{ U8: Uint8Array, I8: Int8Array, U16: Uint16Array, I16: Int16Array, U32: Uint32Array, I32: Int32Array },
  ...{ F32: Float32Array, U64: BigUint64Array, I64: BigInt64Array, F64: Float64Array },
};

const LEAST_BYTES = {
  ...{ U8: 1, I8: 1, BOOL: 1, U16: 2, I16: 2, U32: 4, I32: 4, F32: 4, STRING: 8, U64: 8, I64: 8, F64: 8 },
};

/** A chat template has some thousand bytes, a licence some ten thousand. */
const MAX_TEXT = 2 ** 24;
