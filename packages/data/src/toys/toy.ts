import type { Key } from '@genai/core';

/**
 * A distribution that is known exactly, to learn and to be measured against: a model's mean negative log-likelihood of
 * it approaches `entropy` from above.
 *
 * @typeParam A - what it is made of: `Float32Array` for points, `Int32Array` for tokens.
 */
export interface Toy<A extends Float32Array | Int32Array = Float32Array> {
  /** Shape of one example: [2] for points of the plane, [length] for tokens. */
  readonly shape: readonly number[];
  /** `count` examples one after another; the same key gives the same examples. */
  readonly sample: (key: Key, count: number) => A;
  /** log p of each example in nats; −∞ outside the support. */
  readonly logProb: (examples: A) => Float64Array;
  /** The entropy −E[log p] of one example in nats: in closed form, or integrated to within 1e-6. */
  readonly entropy: number;
}
