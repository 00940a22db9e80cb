import type { Distribution, Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A prior that is made of the encoder's own distributions, such as a mixture of q(z | uₖ): {@link vae} gives it the
 * encoder at its current parameters, so that gradients flow to both.
 *
 * @typeParam R - the prior's own parameters, a tree of tensors.
 * @typeParam Q - what it needs of the encoder's distributions.
 */
export interface EncoderPrior<R, Q extends Distribution<Tensor> = Distribution<Tensor>> {
  /** Draws fresh parameters. */
  readonly init: (key: Key) => R;
  /** p(z), one distribution without batch, given x ↦ q(z | x) for `x` of shape (batch, …event). */
  readonly givenEncoder: (params: R, encode: (x: Tensor) => Q) => Distribution<Tensor>;
}
