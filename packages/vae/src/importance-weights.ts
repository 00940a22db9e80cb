import { type Distribution, fold, type Key, mapLeaves, split, type Tree } from '@genai/core';
import { logSumExp, scope, stopGradient } from '@genai/tensor';
import { add, exp, mean, mul, neg, reshape, stack, sub, type Tensor, tile } from '@tensorflow/tfjs-core';
import type { Vae } from './vae.js';

/** The halves of log w = log p(x | z) + (log p(z) − log q(z | x)), both (draws, batch). */
export interface ImportanceWeights {
  readonly likelihood: Tensor;
  readonly ratio: Tensor;
}

/** log w, (draws, batch). */
export function logWeightsOf({ likelihood, ratio }: ImportanceWeights): Tensor {
  return add(likelihood, ratio);
}

/** Weighs draws z (draws, batch, …latent) for x (batch, …event); `decode` sees them as one batch of draws · batch. */
export function weigh(
  x: Tensor,
  z: Tensor,
  parts: {
    readonly posterior: Distribution<Tensor>;
    readonly prior: Distribution<Tensor>;
    readonly decode: (z: Tensor) => Distribution<Tensor>;
  },
): ImportanceWeights {
  const [draws, batch] = z.shape as [number, number];
  const flat = reshape(z, [draws * batch, ...z.shape.slice(2)]);
  const again = draws === 1 ? x : tile(x, [draws, ...x.shape.slice(1).map(() => 1)]); // (draws · batch, …event)
  const likelihood = reshape(parts.decode(flat).logProb(again), [draws, batch]);
  return { likelihood, ratio: sub(parts.prior.logProb(z), parts.posterior.logProb(z)) };
}

/** Draw s from `fold(key, s)`, (count, batch, …latent): more draws extend fewer. */
export function drawsOf(q: Distribution<Tensor>, key: Key, count: number, first = 0): Tensor {
  return stack(Array.from({ length: count }, (_, s) => q.sample(fold(key, first + s))));
}

/** The weights of `draws` draws, with gradients to all of the model. The key is used as `iwae` uses its own. */
export function importanceWeights<P>(model: Vae<P>, params: P, x: Tensor, key: Key, draws: number): ImportanceWeights {
  const { noise, encoderKey, decoderKey } = keysOf(key);
  const posterior = model.encode(params, x, encoderKey);
  const z = drawsOf(posterior, noise, draws); // (draws, batch, …latent)
  const decode = (z: Tensor): Distribution<Tensor> => model.decode(params, z, decoderKey);
  return weigh(x, z, { posterior, prior: model.prior(params), decode });
}

/**
 * The same weights twice, so that p and q can be trained by different bounds: `generative` has gradients to what p(x, z)
 * is made of, with z and q(z | x) held fixed; `inference` to what z and q(z | x) are made of, with p(x, z) held fixed.
 *
 * A prior that is made of the encoder belongs to p. With `score` false, log q(z | x) in `inference` depends on its parameters
 * through z alone. Everything is decoded twice.
 */
export function halvedImportanceWeights<P>(
  model: Vae<P>,
  params: P,
  x: Tensor,
  key: Key,
  { draws, score }: { readonly draws: number; readonly score: boolean },
): { generative: ImportanceWeights; inference: ImportanceWeights } {
  const { noise, encoderKey, decoderKey } = keysOf(key);
  const fixed = mapLeaves<Tensor, Tree<Tensor>>(params as Tree<Tensor>, stopGradient) as P;
  const q = model.encode(params, x, encoderKey);
  const fixedQ = model.encode(fixed, x, encoderKey);
  const z = drawsOf(q, noise, draws); // (draws, batch, …latent)
  return {
    generative: weigh(x, stopGradient(z), {
      posterior: fixedQ,
      prior: model.prior(params),
      decode: (z) => model.decode(params, z, decoderKey),
    }),
    inference: weigh(x, z, {
      posterior: score ? q : fixedQ,
      prior: model.prior(fixed),
      decode: (z) => model.decode(fixed, z, decoderKey),
    }),
  };
}

/** log 1/K Σₖ wₖ over groups of K = `group` draws that follow each other: (draws, batch) → (draws / group, batch). */
export function groupedBound(logWeights: Tensor, group: number): Tensor {
  const [draws, batch] = logWeights.shape as [number, number];
  return sub(logSumExp(reshape(logWeights, [draws / group, group, batch]), 1), Math.log(group));
}

/** The scalars that every objective of this family lets watch, in nats and draws, without gradient. */
export function watched(
  weights: ImportanceWeights,
  group: number,
): { distortion: Tensor; kl: Tensor; effectiveSamples: Tensor } {
  return scope(() => {
    const logWeights = stopGradient(logWeightsOf(weights));
    const [draws, batch] = logWeights.shape as [number, number];
    const grouped = reshape(logWeights, [draws / group, group, batch]);
    // (Σ w)² / Σ w²
    const effective = exp(sub(mul(logSumExp(grouped, 1), 2), logSumExp(mul(grouped, 2), 1)));
    return {
      distortion: neg(mean(stopGradient(weights.likelihood))),
      kl: neg(mean(stopGradient(weights.ratio))),
      effectiveSamples: mean(effective),
    };
  });
}

/** The value of `a`, the gradients of `a` and `b`. */
export function withGradientOf(a: Tensor, b: Tensor): Tensor {
  return add(a, sub(b, stopGradient(b)));
}

function keysOf(key: Key): { noise: Key; encoderKey: Key; decoderKey: Key } {
  const [noise, layers] = split(key);
  const [encoderKey, decoderKey] = split(layers);
  return { noise, encoderKey, decoderKey: fold(decoderKey, 0) };
}
