import type { Distribution, Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Draws of shape (…shape, batch, …latent) from p(z), whether it has no batch (that of a {@link vae}) or one distribution for
 * each of the `batch` examples (that of a {@link conditionalVae} at its context).
 */
export function drawPrior(prior: Distribution<Tensor>, key: Key, batch: number, shape: readonly number[] = []): Tensor {
  return prior.sample(key, prior.batchShape.length === 0 ? [...shape, batch] : shape);
}
