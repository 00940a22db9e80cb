import { type Distribution, GenaiError, type Mean } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { broadcastTo, exp, scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { EncoderPrior } from './encoder-prior.js';
import { normalMixture } from './normal-mixture.js';

export interface ExemplarPriorOptions {
  /** The standard deviation of every component at first; 1 unless given. */
  readonly scale?: number;
}

/** The logarithm of the standard deviation that all components share, (). */
export type ExemplarPriorParams = { readonly logScale: Tensor };

/**
 * p(z) = 1/N Σₙ N(z; μ(xₙ), σ² I): a mixture around the encoder's means μ of given examples, `exemplars` (count, …event), with
 * one learnt σ. It needs latents that are vectors.
 *
 * No exemplar is left out: an x that stands among the exemplars finds itself in the prior, and learns to be memorised. The
 * source leaves it out of its own prior. Do so by the batch: take the exemplars of a step from examples that are not
 * in its batch, another subset each time, as below. Models being definitions, one can be made within a loss.
 *
 * @example
 * const given = (exemplars: Tensor) => elbo(vae({ ...gatedVae(), prior: exemplarPrior(exemplars) }));
 * const loss = (params: P, { x, others }: { x: Tensor; others: Tensor }, key: Key, step: Tensor) =>
 *   given(others).loss(params, x, key, step);
 * @throws GenaiError if `scale` is not above 0 and finite; when it is given an encoder, if the latents are not vectors.
 * @source Norouzi et al. 2020, "Exemplar VAE: linking generative models, nearest neighbor retrieval, and data
 * augmentation".
 */
export function exemplarPrior(
  exemplars: Tensor,
  { scale = 1 }: ExemplarPriorOptions = {},
): EncoderPrior<ExemplarPriorParams, Distribution<Tensor> & Mean<Tensor>> {
  if (!(scale > 0 && scale < Infinity)) {
    throw new GenaiError(`exemplarPrior: scale must be a finite number above 0, got ${scale}.`);
  }
  return {
    init: () => ({ logScale: scalar(Math.log(scale)) }),
    givenEncoder: ({ logScale }, encode) => {
      const { loc, scales } = scope(() => {
        const loc = encode(exemplars).mean(); // (count, features)
        expectShape('exemplarPrior: the mean of the encoder', loc, ['exemplars', 'features']);
        return { loc, scales: broadcastTo(exp(logScale), loc.shape) };
      });
      return normalMixture(loc, scales);
    },
  };
}
