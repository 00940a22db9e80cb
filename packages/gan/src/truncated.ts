import { type Distribution, GenaiError, type Key, randomTruncatedNormal, sizeOf } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { abs, erf, less, log, mul, scalar, square, sub, sum, type Tensor, tensor, where } from '@tensorflow/tfjs-core';
import type { Gan } from './gan.js';
import { withPrior } from './with-prior.js';

/**
 * The model with codes from N(0, 1) given that every number of them is within ± `threshold`: the smaller it is, the more
 * typical are the samples and the less they vary.
 *
 * It is for models whose prior is a standard normal distribution. Codes are drawn on the host: for sampling, not for training.
 * A generator that normalises over the batch first of all, as {@link dcgan}'s, takes the scale of codes out again: there it does nothing.
 *
 * @example
 * const typical = truncated(faces, 0.5).given(params).sample(key(0), [16]);
 * @throws GenaiError if the threshold is not above 0.
 * @source Brock et al. 2019, "Large scale GAN training for high fidelity natural image synthesis", section 3.1.
 */
export function truncated<G, D, C>(model: Gan<G, D, C>, threshold: number): Gan<G, D, C> {
  if (!(threshold > 0 && threshold < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`truncated: the threshold must be a finite number above 0, got ${threshold}.`);
  }
  return withPrior(model, {
    init: () => ({}),
    given: () => truncatedNormal(eventShapeOf(model), threshold),
  });
}

function truncatedNormal(eventShape: readonly number[], threshold: number): Distribution<Tensor> {
  return {
    batchShape: [],
    eventShape,
    sample: (key: Key, shape = []) => {
      const whole = [...shape, ...eventShape];
      return tensor(randomTruncatedNormal(key, sizeOf(whole), { lower: -threshold, upper: threshold }), whole);
    },
    logProb: (z) =>
      scope(() => {
        expectShape('truncated: the prior', z, ['…', ...eventShape]);
        const axes = eventShape.map((_, i) => z.rank - eventShape.length + i);
        // log N(z) less the log of P(|z| < threshold), or log 0
        const inside = sub(mul(square(z), -0.5), 0.5 * Math.log(2 * Math.PI));
        const each = sub(inside, log(erf(scalar(threshold * Math.SQRT1_2))));
        return sum(where(less(abs(z), threshold), each, Number.NEGATIVE_INFINITY), axes);
      }),
  };
}

/** The prior itself may hold tensors. */
function eventShapeOf(model: { readonly prior: () => Distribution<Tensor> }): readonly number[] {
  let shape: readonly number[] = [];
  scope(() => {
    shape = model.prior().eventShape;
  });
  return shape;
}
