import type { Distribution, Key, Mean } from '@genai/core';
import { scope, softplus, uniformNoise } from '@genai/tensor';
import { add, broadcastTo, div, log, log1p, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Entropy } from './entropy.js';
import { broadcastShape, expectValue } from './shapes.js';

/** Logistic distributions side by side. */
export interface Logistic extends Distribution<Tensor>, Mean<Tensor>, Entropy<Tensor> {
  readonly kind: 'logistic';
  readonly loc: Tensor;
  readonly scale: Tensor;
}

/**
 * The distribution whose cumulative function is σ((x − loc) / scale), one for each element of `loc` and `scale`, which
 * broadcast to the batch shape. Its deviation is scale · π / √3. Samples are reparameterised.
 *
 * @example
 * const x = logistic(zeros([3]), ones([3])).sample(key(0), [5]); // (5, 3)
 * @throws GenaiError if the shapes do not broadcast.
 */
export function logistic(loc: Tensor, scale: Tensor): Logistic {
  const batchShape = broadcastShape('logistic', loc.shape, scale.shape);
  return {
    kind: 'logistic',
    loc,
    scale,
    batchShape,
    eventShape: [],
    sample: (key, shape = []) => scope(() => add(loc, mul(scale, logisticNoise(key, [...shape, ...batchShape])))),
    logProb: (x) => {
      expectValue('logistic.logProb', x, { batchShape, eventShape: [] });
      return scope(() => {
        const z = div(sub(x, loc), scale); // (…, batch)
        return neg(add(add(z, log(scale)), mul(softplus(neg(z)), 2))); // −z − log s − 2 log(1 + e⁻ᶻ)
      });
    },
    mean: () => broadcastTo(loc, batchShape),
    entropy: () => scope(() => broadcastTo(add(log(scale), 2), batchShape)),
  };
}

/** Logistic(0, 1) of this shape: log U − log(1 − U). */
export function logisticNoise(key: Key, shape: readonly number[]): Tensor {
  return scope(() => {
    // Half a step above 0, so that no sample is an outlier that the law does not know.
    const u = uniformNoise(key, shape, { min: 2 ** -24 }); // in (0, 1)
    return sub(log(u), log1p(neg(u)));
  });
}
