import type { Tensor } from '@tensorflow/tfjs-core';
import { type AnnealingOptions, forwards, withChains } from './annealed-chains.js';
import { type AnnealedLikelihood, bounds } from './annealed-likelihood.js';
import type { LatentModel } from './latent-model.js';

/**
 * log p(x) of each example in nats by annealed importance sampling: chains go from draws of the prior to the posterior, step by step, and what each step
 * changes makes their weights.
 *
 * x: (examples, …). The mean weight is an unbiased estimate of p(x), so its logarithm is below log p(x) in expectation, a stochastic lower bound; {@link
 * reverseAnnealing} gives an upper one for data that the model made. The step sizes of Hamiltonian Monte Carlo are found for each example by a run before, with
 * chains of its own, and stay as they are: the estimate stays unbiased.
 *
 * @example
 * const prior = standardNormal(16).given({});
 * const model: LatentModel = { prior, logLikelihood: (z, x) => digits.decoder.given(params.decoder, z).logProb(x) };
 * const { logProb, standardError } = await annealedImportanceSampling(model, images, { key: key(0) });
 * @throws GenaiError if the prior has a batch shape, the likelihood is not one finite number a row, an option is out of range or the schedule does not rise from 0 to 1.
 * @source Neal 2001, "Annealed importance sampling", section 2; Wu et al. 2017, "On the quantitative analysis of decoder-based generative models".
 */
export function annealedImportanceSampling(
  model: LatentModel,
  x: Tensor,
  options: AnnealingOptions,
): Promise<AnnealedLikelihood> {
  const where = 'annealedImportanceSampling';
  return withChains(where, model, x, options, async (chains, key) =>
    bounds(where, await forwards(where, chains, key), chains.chains),
  );
}
