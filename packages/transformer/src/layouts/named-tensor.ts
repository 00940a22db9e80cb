/** A tensor of a file of weights: what `readTensors` of `@genai/checkpoint` gives, one by one. */
export interface NamedTensor {
  readonly name: string;
  /** The file it stands in, for messages. */
  readonly file: string;
  readonly shape: readonly number[];
  /** Its elements in row-major order; they are copied. */
  readonly values: () => Float32Array;
}

/** Tensors by name, one by one. */
export type NamedTensors = AsyncIterable<NamedTensor> | Iterable<NamedTensor>;
