import type { Distribution, Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A distribution of vectors that can make their features in any order, and so draw some of them given any others. */
export interface AnyOrderDistribution extends Distribution<Tensor> {
  /**
   * Draws what is not known of `x`, (…, batch, features), given what is: `known` broadcasts to `x` and is 1 there. What is hidden in
   * `x` is never looked at, what is known stays. Each row takes a random order that puts its known features first.
   */
  readonly complete: (key: Key, x: Tensor, known: Tensor) => Tensor;
}
