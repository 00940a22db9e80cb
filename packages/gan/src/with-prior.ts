import type { Distribution, Model, NoParams } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gan } from './gan.js';
import { samplesOf } from './samples-of.js';

/**
 * The same generator and critic with codes from another prior of the same event shape.
 *
 * @example
 * const narrow = withPrior(faces, myPrior);
 * const images = narrow.given(params).sample(key(0), [16]);
 */
export function withPrior<G, D, C>(model: Gan<G, D, C>, prior: Model<NoParams, Distribution<Tensor>>): Gan<G, D, C> {
  const changed: Gan<G, D, C> = {
    ...model,
    prior: () => prior.given({}),
    given: ({ generator }, context, layers) => samplesOf(changed, generator, context, layers),
  };
  return changed;
}
