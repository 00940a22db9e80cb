import { expectShape, scope } from '@genai/tensor';
import { type Tensor, tile } from '@tensorflow/tfjs-core';
import { type AnnealingOptions, backwards, withChains } from './annealed-chains.js';
import { type AnnealedLikelihood, bounds } from './annealed-likelihood.js';
import type { LatentModel } from './latent-model.js';

/**
 * An upper bound of log p(x) in nats of examples whose latents are known, by annealing backwards: from an exact draw of the posterior to the prior.
 *
 * x: (examples, …), z: (examples, …latents), the latents that made them: draw z of the prior, then x given z, and z is a draw of the posterior of x. The mean
 * inverse weight is an unbiased estimate of 1 / p(x), so minus its logarithm is above log p(x) in expectation. Where {@link annealedImportanceSampling} comes
 * to nearly the same number for the same x, both are right (bidirectional Monte Carlo).
 *
 * @example
 * using z = owned(scope(() => prior.sample(key(1), [20])));
 * using x = owned(scope(() => decoder.given(params, z).sample(key(2))));
 * const upper = await reverseAnnealing(model, x, z, { key: key(3) });
 * const lower = await annealedImportanceSampling(model, x, { key: key(4) });
 * @throws GenaiError as {@link annealedImportanceSampling}, and unless z holds the latents of each example.
 * @source Grosse et al. 2015, "Sandwiching the marginal likelihood using bidirectional Monte Carlo".
 */
export async function reverseAnnealing(
  model: LatentModel,
  x: Tensor,
  z: Tensor,
  options: AnnealingOptions,
): Promise<AnnealedLikelihood> {
  const where = 'reverseAnnealing';
  expectShape(`${where}, z`, z, [x.shape[0]!, ...model.prior.eventShape]);
  return withChains(where, model, x, options, async (chains, key) => {
    const start = scope(() => tile(z, [chains.chains, ...z.shape.slice(1).map(() => 1)]));
    return bounds(where, await backwards(where, chains, key, start), chains.chains, -1);
  });
}
