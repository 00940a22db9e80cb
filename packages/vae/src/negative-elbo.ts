import { type Distribution, type Key, split } from '@genai/core';
import { hasClosedFormKl, kl, klPerFeature } from '@genai/distributions';
import { add, maximum, mean, mul, neg, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { ElboOptions } from './elbo.js';
import type { Vae } from './vae.js';

export interface NegativeElboOptions extends ElboOptions {
  /** What the encoder sees. */
  readonly input: Tensor;
  /** What the decoder must explain. */
  readonly target: Tensor;
  readonly key: Key;
  readonly step: Tensor;
}

/** distortion + β · KL, each averaged over the batch; the KL that is watched is not clipped by free bits. */
export function negativeElbo<P>(
  model: Vae<P>,
  params: P,
  { input, target, key, step, beta = 1, freeBits = 0 }: NegativeElboOptions,
): { loss: Tensor; kl: Tensor; distortion: Tensor } {
  const [noise, encoderKey, decoderKey] = split(key, 3);
  const q = model.encode(params, input, encoderKey);
  const prior = model.prior(params);
  const z = q.sample(noise); // (batch, …latent)
  const distortion = neg(mean(model.decode(params, z, decoderKey).logProb(target)));
  const divergence = mean(hasClosedFormKl(q, prior) ? kl(q, prior) : sub(q.logProb(z), prior.logProb(z)));
  const cost = freeBits > 0 ? clipped(q, prior, freeBits) : divergence;
  const weight = typeof beta === 'function' ? beta(step) : beta;
  return { loss: add(distortion, mul(cost, weight)), kl: divergence, distortion };
}

/** Σⱼ max(λ, KLⱼ), the mean over the batch taken before the maximum. Kingma et al. 2016, eq. 15. */
function clipped(q: Distribution<Tensor>, prior: Distribution<Tensor>, freeBits: number): Tensor {
  return sum(maximum(mean(klPerFeature(q, prior), 0), freeBits));
}
