import { expectIntegers, type Layer, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, mul, reshape, split, type Tensor } from '@tensorflow/tfjs-core';
import { normalizeBatch } from './normalize.js';

/** An input, (batch, …), and what it is conditioned on: one vector or one index an example. */
export type Conditioned = { readonly x: Tensor; readonly context: Tensor };

export interface ConditionalNormOptions {
  /** What is done before: {@link normalizeBatch}, the default, `normalizeInstance`, or a function of your own. */
  readonly normalize?: (x: Tensor) => Tensor;
}

/**
 * Normalises, then scales and shifts each channel as the context says, (1 + γ) · x + β: `{ x, context }`, x of shape
 * (batch, …, channels), → (batch, …, channels).
 *
 * `modulation` is the layer from the context to γ and β side by side, (batch, 2 · channels), and its parameters are all that
 * there are. Begin with weights of zero, and all contexts are alike at first: {@link dense} of a vector, {@link embedding} of
 * a class. With `normalizeInstance` this is the adaptive instance norm of a style-based generator.
 *
 * @example
 * const ofClass = conditionalNorm(64, embedding(10, 2 * 64, { initializer: zeros }));
 * const y = ofClass.apply(ofClass.init(key(0)), { x: images, context: labels }); // labels: int32 (batch)
 * const style = dense(512, 2 * 64, { initializer: zeros });
 * const ofStyle = conditionalNorm(64, style, { normalize: normalizeInstance }); // context: (batch, 512)
 * @throws GenaiError if `channels` is not an integer of at least 1; when applied, if x does not have `channels`, or the
 * modulation is not (batch, 2 · channels).
 * @source Dumoulin et al. 2017, "A learned representation for artistic style", eq. 5; de Vries et al. 2017, "Modulating early
 * visual processing by language"; Huang and Belongie 2017, "Arbitrary style transfer in real-time with adaptive
 * instance normalization", eq. 8.
 */
export function conditionalNorm<P extends Tree<Tensor>>(
  channels: number,
  modulation: Layer<Tensor, P>,
  { normalize = normalizeBatch }: ConditionalNormOptions = {},
): Layer<Tensor, P, Conditioned> {
  const where = `conditionalNorm(${channels})`;
  expectIntegers(where, { channels });
  return {
    init: modulation.init,
    apply: (params, { x, context }, key) =>
      scope(() => {
        expectShape(where, x, ['…', 'batch', channels]);
        const batch = x.shape[0]!;
        const both = modulation.apply(params, context, key); // (batch, 2 · channels)
        expectShape(`${where}, the modulation`, both, [batch, 2 * channels]);
        const [scale, shift] = split(both, 2, 1).map((part) =>
          reshape(part, [batch, ...x.shape.slice(1, -1).map(() => 1), channels]),
        ) as [Tensor, Tensor]; // each (batch, 1, …, channels)
        return add(mul(normalize(x), add(scale, 1)), shift);
      }),
  };
}
