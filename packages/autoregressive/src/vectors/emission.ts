import type { Distribution } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What the features of a vector are: how a net sees one, and how it says what the next will be. */
export interface Emission {
  /** Numbers by which the net sees one feature. */
  readonly inputs: number;
  /** From values, (…), to what the net sees of them, (…, inputs). */
  readonly seen: (x: Tensor) => Tensor;
  /** Numbers that the net gives for one feature. */
  readonly outputs: number;
  /** From what the net gives, (…, outputs), to distributions of one number each, of batch (…). */
  readonly given: (raw: Tensor) => Distribution<Tensor>;
}
