import type { Tensor } from '@tensorflow/tfjs-core';

/** Sequences to learn from, or to measure. */
export type SequenceBatch<C = void> = {
  /** (batch, time, …element), padded at the end where they are shorter. */
  readonly elements: Tensor;
  /** (batch, time), 1 where an element is to be predicted, 0 where it is padding or only given; all unless given. */
  readonly mask?: Tensor;
} & (C extends void ? unknown : { readonly context: C });
