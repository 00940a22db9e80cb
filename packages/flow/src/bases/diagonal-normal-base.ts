import { expectIntegers, type Model } from '@genai/core';
import { type Independent, independent, type Normal, normal } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { exp, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** Means and log-deviations, (features) each. */
export type DiagonalNormalBaseParams = { readonly loc: Tensor; readonly logScale: Tensor };

/**
 * A learned base: N(loc, diag e^(2 · logScale)) over `features`, N(0, I) at first.
 *
 * `given` makes a tensor; call it within a `scope`.
 *
 * @example
 * const density = flow({ transforms: [layer], base: diagonalNormalBase(2) });
 * @throws GenaiError unless `features` is an integer of at least 1.
 */
export function diagonalNormalBase(features: number): Model<DiagonalNormalBaseParams, Independent<Normal>> {
  expectIntegers(`diagonalNormalBase(${features})`, { features });
  return {
    init: () => ({ loc: zeros([features]), logScale: zeros([features]) }),
    given: ({ loc, logScale }) =>
      independent(
        normal(
          loc,
          scope(() => exp(logScale)),
        ),
        1,
      ),
  };
}
