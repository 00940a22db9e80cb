import { type Game, GenaiError, type Key, type Layer, type Schedule, split, type Tree } from '@genai/core';
import { hasClosedFormKl, kl } from '@genai/distributions';
import { gather, scope, softplus, uniformNoise } from '@genai/tensor';
import {
  add,
  cast,
  greater,
  less,
  mean,
  mul,
  neg,
  range,
  reshape,
  slice,
  sub,
  type Tensor,
  topk,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Vae } from './vae.js';

/** The parameters of both players. */
export type FactorVaeParams<P, C> = { readonly vae: P; readonly critic: C };

/** Told beside the losses: the three parts of the first player's in nats, the bound, and the critic's share of right answers. */
export type FactorMetrics = 'distortion' | 'kl' | 'tc' | 'elbo' | 'accuracy';

export interface FactorVaeOptions {
  /** Weight γ of the total correlation: a number, or a schedule. */
  readonly gamma: number | Schedule<Tensor>;
}

/**
 * The game of a FactorVAE, for `compete`: `vae` descends distortion + KL + γ · TC(z), in nats, averaged over the batch, where the
 * total correlation TC(z) = KL(q(z) ‖ Πⱼ q(zⱼ)) is read off a `critic` that learns to tell codes from codes whose features have
 * been shuffled among examples, each for itself ({@link permuteDims}).
 *
 * The critic takes codes (batch, features) to (batch, 1), the log-odds that a code is not shuffled, or to (batch, 2), the logits
 * of "as it is" and "shuffled". Batches are examples (batch, …event). The game tells the `elbo`, its `distortion` and `kl`, the
 * `tc` as the critic sees it, and the critic's `accuracy`: ½ where it cannot tell, which may mean that TC is 0.
 *
 * Where the paper shuffles the codes of a second batch, the critic here has fresh draws of z for the same examples.
 *
 * @example
 * const critic = mlp([16, 256, 256, 2], { activation: (x) => leakyRelu(x, 0.2) });
 * const game = factorVae(vae(denseVae({ latents: 16 })), critic, { gamma: 10 });
 * const step = compete(game, { optimizers: { vae: adam(1e-4), critic: adam(1e-4, { b1: 0.5 }) } });
 * @throws GenaiError if `gamma` is negative or not finite; when played, if z is not (batch, features) or the critic gives another
 * shape than (batch, 1) or (batch, 2).
 * @source Kim and Mnih 2018, "Disentangling by factorising", eq. 2 and 3, algorithms 1 and 2.
 */
export function factorVae<P extends Tree<Tensor>, C extends Tree<Tensor>>(
  model: Vae<P>,
  critic: Layer<Tensor, C>,
  { gamma }: FactorVaeOptions,
): Game<Tensor, FactorVaeParams<P, C>, Tensor, FactorMetrics> {
  if (typeof gamma === 'number' && !(gamma >= 0 && gamma < Infinity)) {
    throw new GenaiError(`factorVae: gamma must be a finite number of at least 0, got ${gamma}.`);
  }
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => ({ vae: model.init(a), critic: critic.init(b) }));
    },
    players: {
      vae: (params, x, key, { step }) =>
        scope(() => {
          const [noise, encoderKey, decoderKey, criticKey] = split(key, 4);
          const q = model.encode(params.vae, x, encoderKey);
          const prior = model.prior(params.vae);
          const z = q.sample(noise); // (batch, features)
          const distortion = neg(mean(model.decode(params.vae, z, decoderKey).logProb(x)));
          const divergence = mean(hasClosedFormKl(q, prior) ? kl(q, prior) : sub(q.logProb(z), prior.logProb(z)));
          const tc = mean(logRatio(critic, params.critic, z, criticKey)); // eq. 3
          const weight = typeof gamma === 'function' ? gamma(step) : gamma;
          const negative = add(distortion, divergence);
          return { loss: add(negative, mul(tc, weight)), distortion, kl: divergence, tc, elbo: neg(negative) };
        }),
      critic: (params, x, key) =>
        scope(() => {
          const [draws, shuffle, encoderKey, criticKey] = split(key, 4);
          const [first, second] = split(draws);
          const [forCodes, forShuffled] = split(criticKey);
          const q = model.encode(params.vae, x, encoderKey);
          const codes = logRatio(critic, params.critic, q.sample(first), forCodes); // (batch)
          const shuffled = logRatio(critic, params.critic, permuteDims(q.sample(second), shuffle), forShuffled);
          const right = add(mean(cast(greater(codes, 0), 'float32')), mean(cast(less(shuffled, 0), 'float32')));
          return {
            loss: mul(add(mean(softplus(neg(codes))), mean(softplus(shuffled))), 0.5),
            accuracy: mul(right, 0.5),
          };
        }),
    },
  };
}

/**
 * Codes (batch, features) with each feature shuffled among the examples by a permutation of its own: draws of Πⱼ q(zⱼ), about.
 *
 * @example
 * using shuffled = owned(permuteDims(z, key(0))); // (batch, features)
 * @throws GenaiError unless z has shape [batch, features].
 * @source Kim and Mnih 2018, "Disentangling by factorising", algorithm 1.
 */
export function permuteDims(z: Tensor, key: Key): Tensor {
  if (z.rank !== 2) {
    throw new GenaiError(
      `permuteDims: z has shape [${z.shape.join(', ')}], expected [batch, features]. Use latents that are vectors.`,
    );
  }
  const [batch, features] = z.shape as [number, number];
  return scope(() => {
    // The order of random numbers is a random permutation, and is made where the codes are.
    const order = topk(uniformNoise(key, [features, batch]), batch).indices; // (features, batch)
    const rows = transpose(order); // (batch, features)
    const places = add(mul(cast(rows, 'int32'), features), range(0, features, 1, 'int32')); // (batch, features)
    return gather(reshape(z, [batch * features]), cast(places, 'int32'));
  });
}

/** log D(z) / (1 − D(z)), (batch): what the critic gives, if it is one number, or the difference of its two logits. */
function logRatio<C>(critic: Layer<Tensor, C>, params: C, z: Tensor, key: Key): Tensor {
  const logits = critic.apply(params, z, key);
  const [batch, width] = logits.shape;
  if (logits.rank !== 2 || batch !== z.shape[0] || (width !== 1 && width !== 2)) {
    throw new GenaiError(
      `factorVae: the critic gives shape [${logits.shape.join(', ')}] for ${z.shape[0]} codes, expected [${z.shape[0]}, 1] or ` +
        `[${z.shape[0]}, 2]. Use mlp([features, …hidden, 2]).`,
    );
  }
  if (width === 1) return reshape(logits, [batch]);
  return reshape(sub(slice(logits, [0, 0], [batch, 1]), slice(logits, [0, 1], [batch, 1])), [batch]);
}
