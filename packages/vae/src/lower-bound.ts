import { type Distribution, expectIntegers, fold, type Key, split } from '@genai/core';
import { hasClosedFormKl, kl } from '@genai/distributions';
import { logSumExp, scope } from '@genai/tensor';
import { stack, sub, type Tensor } from '@tensorflow/tfjs-core';
import { drawsOf, logWeightsOf, weigh } from './importance-weights.js';
import type { Vae } from './vae.js';

/** How many decoded examples may be in memory at once unless the caller says otherwise. */
const ROWS = 1024;

export interface LowerBoundOptions {
  /** Names the caller in errors. */
  readonly where?: string;
  readonly key: Key;
  /** Draws of z for each x. */
  readonly samples: number;
  /** Draws decoded at once; bounded by memory unless given. Without `layers` the numbers do not depend on it. */
  readonly chunk?: number;
  /** Makes stochastic layers act. */
  readonly layers?: Key;
}

/**
 * log 1/S Σₛ p(x, zₛ) / q(zₛ | x) with zₛ ~ q(z | x), in nats, shape (batch).
 *
 * With one sample the KL divergence is in closed form where there is one. Draw `s` comes from `fold(key, s)`, so a
 * bound does not depend on how its draws are cut into chunks, and more samples extend fewer.
 *
 * @source Burda et al. 2016, "Importance weighted autoencoders", eq. 8; Kingma and Welling 2014, eq. 3 for S = 1.
 */
export function lowerBound<P>(model: Vae<P>, params: P, x: Tensor, options: LowerBoundOptions): Tensor {
  const { where = 'logProbBound', key, samples, layers } = options;
  expectIntegers(where, { samples });
  const batch = x.shape[0] ?? 0;
  const chunk = options.chunk ?? Math.max(1, Math.floor(ROWS / Math.max(1, batch)));
  expectIntegers(where, { chunk });
  const [encoderKey, decoderKey] = layers ? split(layers) : [undefined, undefined];
  return scope(() => {
    const q = model.encode(params, x, encoderKey);
    const prior = model.prior(params);
    if (samples === 1 && hasClosedFormKl(q, prior)) {
      const z = q.sample(fold(key, 0)); // (batch, …latent)
      return sub(model.decode(params, z, decoderKey).logProb(x), kl(q, prior)); // (batch)
    }
    const sums: Tensor[] = [];
    for (let first = 0; first < samples; first += chunk) {
      const count = Math.min(chunk, samples - first);
      sums.push(
        scope(() => {
          const z = drawsOf(q, key, count, first); // (count, batch, …latent)
          const decode = (z: Tensor): Distribution<Tensor> =>
            model.decode(params, z, decoderKey && fold(decoderKey, first));
          const weights = logWeightsOf(weigh(x, z, { posterior: q, prior, decode })); // (count, batch)
          return logSumExp(weights, 0); // (batch)
        }),
      );
    }
    return sub(logSumExp(stack(sums), 0), Math.log(samples));
  });
}
