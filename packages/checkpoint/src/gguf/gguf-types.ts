/** A value of a GGUF file's metadata: its type in the file, and a number, text, or list of them. Lists of lists are not taken. */
export type GgufValue =
  | { readonly type: 'U8' | 'I8' | 'U16' | 'I16' | 'U32' | 'I32' | 'F32' | 'F64'; readonly value: number }
  | { readonly type: 'U64' | 'I64'; readonly value: bigint }
  | { readonly type: 'BOOL'; readonly value: boolean }
  | { readonly type: 'STRING'; readonly value: string }
  | { readonly type: 'U8[]'; readonly value: Uint8Array }
  | { readonly type: 'I8[]'; readonly value: Int8Array }
  | { readonly type: 'U16[]'; readonly value: Uint16Array }
  | { readonly type: 'I16[]'; readonly value: Int16Array }
  | { readonly type: 'U32[]'; readonly value: Uint32Array }
  | { readonly type: 'I32[]'; readonly value: Int32Array }
  | { readonly type: 'U64[]'; readonly value: BigUint64Array }
  | { readonly type: 'I64[]'; readonly value: BigInt64Array }
  | { readonly type: 'F32[]'; readonly value: Float32Array }
  | { readonly type: 'F64[]'; readonly value: Float64Array }
  | { readonly type: 'BOOL[]'; readonly value: readonly boolean[] }
  | { readonly type: 'STRING[]'; readonly value: readonly string[] };

/** How a tensor's numbers are stored: plainly, or in blocks that share scales. */
export type GgufTensorType = keyof typeof TENSOR_TYPES;

/** A tensor of a GGUF file. */
export interface GgufTensor {
  readonly type: GgufTensorType;
  /** Rows before columns, as everywhere here; the file itself names the last dimension first. */
  readonly shape: readonly number[];
  /** The elements in row-major order, in blocks along the last dimension; see `ggufFloats`. */
  readonly bytes: Uint8Array;
}

/**
 * Of each type: its number in the file, how many elements a block has, and how many bytes.
 *
 * @source https://github.com/ggml-org/ggml, `enum ggml_type` and the blocks of `ggml-common.h`.
 */
export const TENSOR_TYPES = {
  F32: { id: 0, elements: 1, bytes: 4 },
  F16: { id: 1, elements: 1, bytes: 2 },
  Q4_0: { id: 2, elements: 32, bytes: 18 },
  Q4_1: { id: 3, elements: 32, bytes: 20 },
  Q5_0: { id: 6, elements: 32, bytes: 22 },
  Q5_1: { id: 7, elements: 32, bytes: 24 },
  Q8_0: { id: 8, elements: 32, bytes: 34 },
  Q4_K: { id: 12, elements: 256, bytes: 144 },
  Q5_K: { id: 13, elements: 256, bytes: 176 },
  Q6_K: { id: 14, elements: 256, bytes: 210 },
  BF16: { id: 30, elements: 1, bytes: 2 },
} as const satisfies { readonly [type: string]: TensorTypeFacts };

type TensorTypeFacts = { readonly id: number; readonly elements: number; readonly bytes: number };

/** The types of values in the order of their numbers in the file; the tenth is the list. */
export const VALUE_TYPES = [
  ...(['U8', 'I8', 'U16', 'I16', 'U32', 'I32', 'F32', 'BOOL', 'STRING', 'ARRAY'] as const),
  ...(['U64', 'I64', 'F64'] as const),
] as const;

/** How many bytes a tensor takes, or `undefined` if the shape is none or its rows are not whole blocks. */
export function ggufBytes(type: GgufTensorType, shape: readonly number[]): number | undefined {
  const { elements, bytes } = TENSOR_TYPES[type];
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(dimension) || dimension < 0 || !Number.isSafeInteger(count * bytes)) return undefined;
  }
  return (shape.at(-1) ?? 1) % elements === 0 ? (count / elements) * bytes : undefined;
}

/** The format has at most four dimensions. */
export const MAX_DIMENSIONS = 4;

/** Where data begin, unless `general.alignment` says otherwise. */
export const DEFAULT_ALIGNMENT = 32;

/** What `general.alignment` may be: a power of 2 that keeps the numbers of every type in their places. */
export function isAlignment(bytes: unknown): bytes is number {
  return typeof bytes === 'number' && bytes >= 8 && bytes <= 2 ** 20 && Number.isInteger(Math.log2(bytes));
}
