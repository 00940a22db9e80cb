import { GenaiError, type Objective, type Schedule, sizeOf, split } from '@genai/core';
import { hasClosedFormKl, kl } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { add, mean, mul, neg, reshape, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import { mmd } from './mmd.js';
import type { Vae } from './vae.js';

export interface InfoVaeOptions {
  /** α, up to 1: nats of I(x; z) are worth this much. A number or a schedule; 0 unless given. */
  readonly alpha?: number | Schedule<Tensor>;
  /** λ, of at least 1 − α: how much q(z) must resemble p(z). */
  readonly lambda: number;
  /** Measures the resemblance. */
  readonly kernel: Kernel;
}

/**
 * distortion + (1 − α) · KL(q(z | x) ‖ p(z)) + (α + λ − 1) · MMD(q(z), p(z)), averaged over the batch: a variational
 * autoencoder that may keep what it knows of x in z, as long as the codes of all x together follow the prior.
 *
 * The discrepancy is estimated by one draw of z for each x and as many draws from p(z): batches of 100 or more do well. Watched
 * are `distortion` and `kl` in nats, which α and λ do not touch, and `mmd`.
 *
 * @example
 * const step = minimize(infoVae(digits, { alpha: 0, lambda: 1_000, kernel: gaussianKernel() }), adam(1e-3));
 * @throws GenaiError if `alpha` is a number above 1 or not finite, or `lambda` is not finite or below 1 − α; when applied, of
 * a batch of one.
 * @source Zhao et al. 2017, "InfoVAE: information maximizing variational autoencoders", eq. 6.
 */
export function infoVae<P>(
  model: Vae<P>,
  { alpha = 0, lambda, kernel }: InfoVaeOptions,
): Objective<Tensor, P, Tensor, 'kl' | 'distortion' | 'mmd'> {
  const least = typeof alpha === 'number' ? 1 - alpha : 0;
  if (!(least >= 0 && least < Infinity)) {
    throw new GenaiError(`infoVae: alpha must be a finite number of at most 1, got ${alpha}.`);
  }
  if (!(lambda >= least && lambda < Infinity)) {
    throw new GenaiError(`infoVae: lambda must be a finite number of at least 1 − alpha = ${least}, got ${lambda}.`);
  }
  return {
    init: model.init,
    loss: (params, x, key, step) =>
      scope(() => {
        const [noise, fromPrior, encoderKey, decoderKey] = split(key, 4);
        const q = model.encode(params, x, encoderKey);
        const prior = model.prior(params);
        const z = q.sample(noise); // (batch, …latent)
        const batch = z.shape[0]!;
        const rows = (codes: Tensor): Tensor => reshape(codes, [batch, sizeOf(z.shape.slice(1))]);
        const gap = mmd(rows(z), rows(prior.sample(fromPrior, [batch])), kernel);
        const distortion = neg(mean(model.decode(params, z, decoderKey).logProb(x)));
        const divergence = mean(hasClosedFormKl(q, prior) ? kl(q, prior) : sub(q.logProb(z), prior.logProb(z)));
        const weight = typeof alpha === 'function' ? alpha(step) : alpha;
        const cost = add(distortion, mul(gap, add(weight, lambda - 1)));
        // A KL divergence of no weight stays out: it may be infinite, where q is a point.
        const loss = weight === 1 ? cost : add(cost, mul(divergence, sub(1, weight)));
        return { loss, distortion, kl: divergence, mmd: gap };
      }),
  };
}
