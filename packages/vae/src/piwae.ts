import { expectIntegers, type Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, neg, type Tensor } from '@tensorflow/tfjs-core';
import { groupedBound, halvedImportanceWeights, logWeightsOf, watched, withGradientOf } from './importance-weights.js';
import type { ImportanceMetrics, MiwaeOptions } from './miwae.js';
import type { Vae } from './vae.js';

/**
 * Decoder and prior descend the negative importance-weighted bound of samples · importance draws, the encoder that of
 * {@link miwae} with the same draws: each has the bound that teaches it best. The value of `loss` is the first, in nats,
 * averaged over the batch.
 *
 * One gradient gives both, as each bound holds the other's part fixed; everything is decoded twice.
 *
 * @example
 * const step = minimize(piwae(digits, { samples: 8, importance: 8 }), adam(1e-3));
 * @throws GenaiError unless `samples` and `importance` are integers of at least 1.
 * @source Rainforth et al. 2018, "Tighter variational bounds are not necessarily better" (PIWAE).
 */
export function piwae<P>(
  model: Vae<P>,
  { samples, importance }: MiwaeOptions,
): Objective<Tensor, P, Tensor, ImportanceMetrics> {
  expectIntegers('piwae', { samples, importance });
  const draws = samples * importance;
  return {
    init: model.init,
    loss: (params, x, key) =>
      scope(() => {
        const { generative, inference } = halvedImportanceWeights(model, params, x, key, { draws, score: true });
        const forDecoder = neg(mean(groupedBound(logWeightsOf(generative), draws)));
        const forEncoder = neg(mean(groupedBound(logWeightsOf(inference), importance)));
        return { loss: withGradientOf(forDecoder, forEncoder), ...watched(generative, draws) };
      }),
  };
}
