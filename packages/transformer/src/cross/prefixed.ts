import type { TokenModel } from '@genai/autoregressive';
import { expectIntegers, GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Transformer, TransformerParams, TransformerState } from '../transformer.js';

/**
 * A {@link Transformer} of p(x | prefix): `length` vectors stand in front of the embedded tokens, in the same width, and positions count
 * on behind them. They may be those of a picture, brought to the width by a layer, or learnt themselves (a soft prompt).
 *
 * The context is (batch, length, width); without one, `undefined`, the model is the given one. Its parameters are those of the given one.
 *
 * @example
 * const prompted = prefixed(model, { length: 8 });
 * const tuning = {
 *   init: (k: Key) => ({ prompt: normalNoise(k, [1, 8, width]) }),
 *   loss: ({ prompt }: { prompt: Tensor }, elements: Tensor, k: Key, step: Tensor) => {
 *     const batch = { elements, context: tile(prompt, [elements.shape[0]!, 1, 1]) };
 *     return nll(prompted).loss(params, batch, k, step);
 *   },
 * };
 * @throws GenaiError unless `length` is an integer of at least 1 and leaves room for a token in the context; when used, if the context
 * has another shape.
 * @source Lester et al. 2021, "The power of scale for parameter-efficient prompt tuning", section 2; Mokady et al. 2021, "ClipCap",
 * section 3.1.
 */
export function prefixed(
  model: Transformer,
  { length }: { readonly length: number },
): TokenModel<TransformerParams, TransformerState, Tensor | undefined> {
  const { config, reserve } = model;
  expectIntegers('prefixed', { length });
  if (length >= config.context) {
    throw new GenaiError(`prefixed: length must be below the context of ${config.context}, got ${length}.`);
  }
  return {
    ...model,
    longest: config.context - length,
    // The room asked for is that of tokens.
    ...(reserve && { reserve: (state, room) => reserve(state, room + length) }),
    start: (params, batch, context, key) => {
      if (!context) return model.start(params, batch);
      expectShape('prefixed: the context', context, [batch, length, config.width]);
      return scope(() => model.afterVectors(params, context, model.start(params, batch), key));
    },
  };
}
