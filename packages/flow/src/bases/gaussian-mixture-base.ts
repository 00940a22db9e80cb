import { expectIntegers, type Model } from '@genai/core';
import { type Independent, independent, type Mixture, mixture, type Normal, normal } from '@genai/distributions';
import { normalNoise, scope } from '@genai/tensor';
import { exp, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** The logits of the weights, (count), and means and log-deviations, (count, features) each. */
export type GaussianMixtureBaseParams = { readonly logits: Tensor; readonly loc: Tensor; readonly logScale: Tensor };

/**
 * A learned base of several humps: Σₖ πₖ N(locₖ, diag e^(2 · logScaleₖ)) over `features`, with weights alike, deviations of 1 and
 * random means at first. A map that keeps clusters apart then need not tear one hump.
 *
 * `given` makes a tensor; call it within a `scope`. Samples pass gradients to means and deviations, none to the weights.
 *
 * @example
 * const density = flow({ transforms: [layer], base: gaussianMixtureBase(2, 8) });
 * @throws GenaiError unless `features` and `count` are integers of at least 1.
 * @source Izmailov et al. 2020, "Semi-supervised learning with normalizing flows", section 3, with learned parameters.
 */
export function gaussianMixtureBase(
  features: number,
  count: number,
): Model<GaussianMixtureBaseParams, Mixture<Independent<Normal>>> {
  expectIntegers(`gaussianMixtureBase(${features}, ${count})`, { features, count });
  return {
    init: (key) => ({
      logits: zeros([count]),
      loc: normalNoise(key, [count, features]),
      logScale: zeros([count, features]),
    }),
    given: ({ logits, loc, logScale }) =>
      mixture(
        logits,
        independent(
          normal(
            loc,
            scope(() => exp(logScale)),
          ),
          1,
        ),
      ),
  };
}
