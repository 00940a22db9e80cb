import type { Distribution } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A model of x with latents z: z ~ p(z), x ~ p(x | z), such as the decoder of a variational autoencoder and its prior. */
export interface LatentModel {
  /** p(z): without a batch shape, its event being the latents of one example; differentiable in z. */
  readonly prior: Distribution<Tensor>;
  /** log p(x | z) in nats, row by row: z (rows, …latents), x (rows, …) to (rows). Pure, and differentiable in z. */
  readonly logLikelihood: (z: Tensor, x: Tensor) => Tensor;
}
