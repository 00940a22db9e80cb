import { expectIntegers, type Objective, split } from '@genai/core';
import { logSumExp, scope, stopGradient } from '@genai/tensor';
import { exp, mean, mul, neg, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { groupedBound, halvedImportanceWeights, logWeightsOf, withGradientOf } from './importance-weights.js';
import { lowerBound } from './lower-bound.js';
import type { Vae } from './vae.js';

export interface IwaeOptions {
  /** Draws of z for each x. */
  readonly samples: number;
  /**
   * Takes the doubly reparameterised gradient for the encoder: the same in expectation, but its signal does not drown in
   * noise as `samples` grows. q(z | x) must have reparameterised draws; everything is decoded twice. `false` unless given.
   */
  readonly doublyReparameterised?: boolean;
}

/**
 * The negative importance-weighted bound, averaged over the batch, in nats. With one sample it is the ELBO.
 *
 * The decoder sees `samples` times the batch at once: a gradient must keep what every draw computed.
 *
 * @example
 * const step = minimize(iwae(digits, { samples: 5 }), adam(1e-3));
 * @throws GenaiError unless `samples` is an integer of at least 1.
 * @source Burda et al. 2016, "Importance weighted autoencoders", eq. 8 and 14; doubly reparameterised: Tucker et al. 2019,
 * "Doubly reparameterized gradient estimators for Monte Carlo objectives", eq. 10.
 */
export function iwae<P>(model: Vae<P>, { samples, doublyReparameterised = false }: IwaeOptions): Objective<Tensor, P> {
  expectIntegers('iwae', { samples });
  if (doublyReparameterised) return withDoublyReparameterisedGradient(model, samples);
  return {
    init: model.init,
    loss: (params, x, key) => {
      const [noise, layers] = split(key);
      const bound = (): Tensor => lowerBound(model, params, x, { key: noise, samples, chunk: samples, layers });
      return { loss: scope(() => neg(mean(bound()))) };
    },
  };
}

/** ∇φ = Σₛ w̃ₛ² ∂log wₛ/∂zₛ ∂zₛ/∂φ, w̃ the normalised weights, without the score of q; decoder and prior as ever. */
function withDoublyReparameterisedGradient<P>(model: Vae<P>, samples: number): Objective<Tensor, P> {
  return {
    init: model.init,
    loss: (params, x, key) =>
      scope(() => {
        const halves = halvedImportanceWeights(model, params, x, key, { draws: samples, score: false });
        const logWeights = logWeightsOf(halves.inference); // (samples, batch)
        const shares = exp(stopGradient(sub(logWeights, logSumExp(logWeights, 0, true))));
        const forEncoder = neg(mean(sum(mul(square(shares), logWeights), 0)));
        const forDecoder = neg(mean(groupedBound(logWeightsOf(halves.generative), samples)));
        return { loss: withGradientOf(forDecoder, forEncoder) };
      }),
  };
}
