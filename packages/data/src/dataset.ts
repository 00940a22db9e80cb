/**
 * Examples that can be addressed by number and are read in groups.
 *
 * @typeParam B - a group of examples: a tensor or a tree of tensors whose first dimension counts the examples.
 */
export interface Dataset<B> {
  /** How many examples there are. */
  readonly length: number;
  /** The examples with these numbers, in this order. The tensors belong to the caller. */
  readonly read: (indices: Uint32Array) => B | Promise<B>;
}
