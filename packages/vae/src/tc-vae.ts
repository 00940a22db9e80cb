import { type Distribution, expectIntegers, GenaiError, type Objective, type Schedule, split } from '@genai/core';
import type { Independent } from '@genai/distributions';
import { logSumExp, scope } from '@genai/tensor';
import { add, expandDims, mean, mul, neg, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Vae } from './vae.js';

/** How the three parts of the KL divergence are weighed. */
export interface TcVaeOptions {
  /** Examples in the whole training set, N. */
  readonly dataSize: number;
  /** Weight of the mutual information of x and z; 1 unless given. */
  readonly alpha?: number;
  /** Weight of the total correlation, a number or a schedule; 1 unless given. */
  readonly beta?: number | Schedule<Tensor>;
  /** Weight of what the features of z differ from the prior, each for itself; 1 unless given. */
  readonly gamma?: number;
}

/** Watched beside the loss, in nats: the distortion, the KL divergence, and its three parts. */
export type TcMetrics = 'distortion' | 'kl' | 'mutualInformation' | 'totalCorrelation' | 'dimensionKl';

/**
 * distortion + α · I(x; z) + β · TC(z) + γ · Σⱼ KL(q(zⱼ) ‖ p(zⱼ)), averaged over the batch, in nats: with α = β = γ = 1 the
 * negative ELBO; a larger β asks the features of z to be independent of each other, at no cost to what they know of x.
 *
 * q(z) is estimated by minibatch-weighted sampling, from the batch itself. That is biased: of N = `dataSize` examples in batches of
 * M the information comes out too large by log M where their codes lie apart and by log N where they coincide, and the other two
 * make up for it. An encoder is needed whose features are independent given x. A tensor of (batch, batch, features) is made.
 *
 * @example
 * const step = minimize(tcVae(digits, { dataSize: 60_000, beta: 6 }), adam(1e-3));
 * @throws GenaiError if `dataSize` is not an integer of at least 1, or a weight is negative or not finite; when applied, if
 * the latents are not vectors of independent features.
 * @source Chen et al. 2018, "Isolating sources of disentanglement in variational autoencoders", eq. 4; the estimator: eq. 3.
 */
export function tcVae<P>(
  model: Vae<P, Independent>,
  { dataSize, alpha = 1, beta = 1, gamma = 1 }: TcVaeOptions,
): Objective<Tensor, P, Tensor, TcMetrics> {
  expectIntegers('tcVae', { dataSize });
  for (const [name, value] of Object.entries({ alpha, beta, gamma })) {
    if (typeof value === 'number' && !(value >= 0 && value < Infinity)) {
      throw new GenaiError(`tcVae: ${name} must be a finite number of at least 0, got ${value}.`);
    }
  }
  return {
    init: model.init,
    loss: (params, x, key, step) =>
      scope(() => {
        const [noise, encoderKey, decoderKey] = split(key, 3);
        const q = model.encode(params, x, encoderKey);
        const z = q.sample(noise); // (batch, features)
        const distortion = neg(mean(model.decode(params, z, decoderKey).logProb(x)));
        const parts = decomposedKl(q, model.prior(params), z, dataSize);
        const weight = typeof beta === 'function' ? beta(step) : beta;
        const cost = add(
          add(mul(parts.mutualInformation, alpha), mul(parts.totalCorrelation, weight)),
          mul(parts.dimensionKl, gamma),
        );
        return { loss: add(distortion, cost), distortion, ...parts };
      }),
  };
}

/** E log q(z | x) / p(z) over the batch and the three it is the sum of, with z (batch, features) drawn from q(z | x). */
function decomposedKl(
  q: Independent,
  prior: Distribution<Tensor>,
  z: Tensor,
  dataSize: number,
): { [name in Exclude<TcMetrics, 'distortion'>]: Tensor } {
  if (q.kind !== 'independent' || q.rank !== 1 || z.rank !== 2) {
    throw new GenaiError(
      `tcVae: the encoder gives events of shape [${q.eventShape.join(', ')}], expected [features] of independent features, ` +
        'as from gaussian(net).',
    );
  }
  const [batch] = z.shape as [number, number];
  // Row i, column j: the draw for xᵢ as scored by q(z | xⱼ), feature by feature.
  const pairs = q.base.logProb(expandDims(z, 1)); // (batch, batch, features)
  const logCount = Math.log(dataSize * batch);
  const logJoint = sub(logSumExp(sum(pairs, -1), 1), logCount); // log q(z), (batch)
  const logProduct = sum(sub(logSumExp(pairs, 1), logCount), -1); // log Πⱼ q(zⱼ), (batch)
  const [logQ, logPrior] = [q.logProb(z), prior.logProb(z)]; // (batch)
  return {
    kl: mean(sub(logQ, logPrior)),
    mutualInformation: mean(sub(logQ, logJoint)),
    totalCorrelation: mean(sub(logJoint, logProduct)),
    dimensionKl: mean(sub(logProduct, logPrior)),
  };
}
