import type { QuantisedArrays, QuantisedBits } from '@genai/tensor';

/** A tensor of a file of weights: what `readTensors` of `@genai/checkpoint` gives, one by one. */
export interface NamedTensor {
  readonly name: string;
  /** The file it stands in, for messages. */
  readonly file: string;
  readonly shape: readonly number[];
  /** Its elements in row-major order; they are copied. */
  readonly values: () => Float32Array;
  /** The same in 16, 8 or 4 bits, if the file has them so: `ggufCodes` of `@genai/checkpoint`. Default: it has not. */
  readonly codes?: NamedCodes | undefined;
}

/** Elements as `quantise` of `@genai/tensor` lays them out, in row-major order. The arrays are the reader's. */
export interface NamedCodes {
  readonly bits: QuantisedBits;
  readonly read: () => QuantisedArrays;
}

/** Tensors by name, one by one. */
export type NamedTensors = AsyncIterable<NamedTensor> | Iterable<NamedTensor>;
