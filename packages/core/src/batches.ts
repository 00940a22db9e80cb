/**
 * Batches in an order that can be taken up again exactly: `from(cursor)` starts at the batch with that number.
 *
 * A batch belongs to the loader and is valid until the next one is asked for, or the iterator returns.
 *
 * @typeParam B - one batch: a tensor or a tree of tensors.
 */
export interface Batches<B> extends AsyncIterable<B> {
  /** The same batches, starting with number `cursor` (0 is the first). */
  readonly from: (cursor: number) => AsyncIterable<B>;
}
