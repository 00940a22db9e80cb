import { expectIntegers, type Objective, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';
import { lowerBound } from './lower-bound.js';
import type { Vae } from './vae.js';

/**
 * The negative importance-weighted bound, averaged over the batch, in nats. With one sample it is the ELBO.
 *
 * The decoder sees `samples` times the batch at once: a gradient must keep what every draw computed.
 *
 * @example
 * const step = minimize(iwae(digits, { samples: 5 }), adam(1e-3));
 * @throws GenaiError unless `samples` is an integer of at least 1.
 * @source Burda et al. 2016, "Importance weighted autoencoders", eq. 8 and 14.
 */
export function iwae<P>(model: Vae<P>, { samples }: { readonly samples: number }): Objective<Tensor, P> {
  expectIntegers('iwae', { samples });
  return {
    init: model.init,
    loss: (params, x, key) => {
      const [noise, layers] = split(key);
      const bound = (): Tensor => lowerBound(model, params, x, { key: noise, samples, chunk: samples, layers });
      return { loss: scope(() => neg(mean(bound()))) };
    },
  };
}
