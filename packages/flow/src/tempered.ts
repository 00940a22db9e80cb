import { type Distribution, GenaiError, type Model } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A normal base cooled or heated: draws keep their mean, and `temperature` scales how far they lie from it. Below 1 a flow gives
 * likelier, less varied samples.
 *
 * `model` must give draws of a location-scale family that knows its mean (a normal one, a mixture does not count). The density is
 * that of the draws.
 *
 * @example
 * const cooler = flow({ transforms, base: tempered(standardNormal(784), 0.7) });
 * @throws GenaiError unless the temperature is above 0; when given, if the distribution does not know its mean.
 * @source Kingma and Dhariwal 2018, "Glow", section 6 (there p(x)^(T²) for a volume-preserving map).
 */
export function tempered<P, C = void>(
  model: Model<P, Distribution<Tensor>, C>,
  temperature: number,
): Model<P, Distribution<Tensor>, C> {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new GenaiError(`tempered: the temperature must be a finite number above 0, got ${temperature}.`);
  }
  return {
    init: model.init,
    given: (params, context, key) => {
      const inner = model.given(params, context, key);
      const { mean } = inner as { readonly mean?: () => Tensor };
      if (!mean) throw new GenaiError('tempered: the base does not know its mean. Pass a normal one.');
      const size = inner.eventShape.reduce((a, b) => a * b, 1);
      return {
        batchShape: inner.batchShape,
        eventShape: inner.eventShape,
        sample: (key, shape) =>
          scope(() => {
            const centre = mean();
            return add(centre, mul(sub(inner.sample(key, shape), centre), temperature));
          }),
        logProb: (z) =>
          scope(() => {
            const centre = mean();
            const unscaled = add(centre, div(sub(z, centre), temperature));
            return sub(inner.logProb(unscaled), size * Math.log(temperature));
          }),
      };
    },
  };
}
