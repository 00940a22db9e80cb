import { expectIntegers, GenaiError, type Model } from '@genai/core';
import { type Independent, independent, type Normal, normal } from '@genai/distributions';
import { gather, normalNoise, scope } from '@genai/tensor';
import { cast, exp, matMul, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** Means and log-deviations of each class, (classes, features) each. */
export type ClassBaseParams = { readonly loc: Tensor; readonly logScale: Tensor };

/**
 * A learned base with a hump for each class: p(z | class) = N(loc, diag e^(2 · logScale)), means random and deviations 1 at first.
 *
 * The context is labels, (batch) of int32 from 0 to classes − 1, or one-hot rows, (batch, classes); the distribution has the
 * batch of it. `given` makes tensors; call it within a `scope`.
 *
 * @example
 * const digits = conditionalFlow({ transforms: [layer], base: classBase(16, 10), embed: embedding(10, 8) });
 * const log = digits.given(params, labels).logProb(codes); // labels: (batch) int32, codes: (batch, 16)
 * @throws GenaiError unless `features` and `classes` are integers of at least 1; when given a context that is neither.
 * @source Izmailov et al. 2020, "Semi-supervised learning with normalizing flows", section 3.
 */
export function classBase(features: number, classes: number): Model<ClassBaseParams, Independent<Normal>, Tensor> {
  const where = `classBase(${features}, ${classes})`;
  expectIntegers(where, { features, classes });
  const rowOf = (table: Tensor, context: Tensor): Tensor =>
    context.rank === 1 ? gather(table, context) : matMul(cast(context, 'float32'), table);
  return {
    init: (key) => ({ loc: normalNoise(key, [classes, features]), logScale: zeros([classes, features]) }),
    given: (params, context) => {
      const fits = context.rank === 1 ? context.dtype === 'int32' : context.rank === 2 && context.shape[1] === classes;
      if (!fits) {
        throw new GenaiError(
          `${where}: got a context of ${context.dtype} of shape [${context.shape.join(', ')}], expected labels, ` +
            `int32 of [batch], or one-hot rows of [batch, ${classes}]. Use cast(labels, 'int32').`,
        );
      }
      const { loc, scale } = scope(() => ({
        loc: rowOf(params.loc, context), // (batch, features)
        scale: exp(rowOf(params.logScale, context)),
      }));
      return independent(normal(loc, scale), 1);
    },
  };
}
