import { expectIntegers, type Model } from '@genai/core';
import { normalNoise, scope, softplus } from '@genai/tensor';
import { add, fill, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { type NormalMixture, normalMixture } from './normal-mixture.js';

/** `loc`, and what becomes the scale by softplus: (count, features); `logits`: (count). */
export type MixturePriorParams = { readonly loc: Tensor; readonly scale: Tensor; readonly logits: Tensor };

/**
 * A learnt mixture of `count` normal distributions with diagonal covariances over `features` of z: event shape [features],
 * no batch. At first its means are drawn from N(0, I), its scales are 1 and its shares equal.
 *
 * @example
 * const digits = vae({ ...gatedVae(), prior: mixturePrior(500, 40) });
 * @throws GenaiError unless `count` and `features` are integers of at least 1.
 * @source Tomczak and Welling 2018, "VAE with a VampPrior" (the mixture of Gaussians).
 */
export function mixturePrior(count: number, features: number): Model<MixturePriorParams, NormalMixture> {
  expectIntegers(`mixturePrior(${count}, ${features})`, { count, features });
  return {
    init: (key) =>
      scope(() => ({
        loc: normalNoise(key, [count, features]),
        scale: fill([count, features], Math.log(Math.expm1(1 - FLOOR))),
        logits: zeros([count]),
      })),
    given: ({ loc, scale, logits }) =>
      normalMixture(
        loc,
        scope(() => add(softplus(scale), FLOOR)),
        logits,
      ),
  };
}

/** No scale is below it. */
const FLOOR = 1e-3;
