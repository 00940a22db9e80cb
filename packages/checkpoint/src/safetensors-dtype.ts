/** The element types that are read and written, by their names in the file, and the typed array of each. */
export type SafetensorsArrays = {
  readonly U64: BigUint64Array;
  readonly I64: BigInt64Array;
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly U32: Uint32Array;
  readonly I32: Int32Array;
  /** The bits of bfloat16 numbers; see `fromBfloat16`. */
  readonly BF16: Uint16Array;
  /** The bits of float16 numbers; see `fromFloat16`. */
  readonly F16: Uint16Array;
  readonly U16: Uint16Array;
  readonly I16: Int16Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
  /** One byte each, 0 or 1. */
  readonly BOOL: Uint8Array;
};

export type SafetensorsDtype = keyof SafetensorsArrays;

/** One tensor of a safetensors file: its elements in row-major order. */
export type SafetensorsEntry = {
  [D in SafetensorsDtype]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly data: SafetensorsArrays[D];
  };
}[SafetensorsDtype];

/** Constructors in the order in which tensors are laid out: widest first, so that all are aligned. */
export const ARRAYS: {
  readonly [D in SafetensorsDtype]: {
    new (length: number): SafetensorsArrays[D];
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): SafetensorsArrays[D];
    readonly BYTES_PER_ELEMENT: number;
    readonly name: string;
  };
} = {
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  BF16: Uint16Array,
  F16: Uint16Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** Names of tensors that could be mistaken for parts of an object's machinery when a tree is built from them. */
export function isDangerousName(name: string): boolean {
  return /(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(name);
}

/** The number of elements of a shape, or `undefined` if it is not a shape of countable size. */
export function sizeOf(shape: readonly number[]): number | undefined {
  let size = 1;
  for (const dimension of shape) {
    size *= dimension;
    if (!Number.isSafeInteger(dimension) || dimension < 0 || !Number.isSafeInteger(size)) return undefined;
  }
  return size;
}

/** Readers keep a file whose header is longer than this from filling the memory; the reference has the same bound. */
export const MAX_HEADER_BYTES = 100_000_000;
