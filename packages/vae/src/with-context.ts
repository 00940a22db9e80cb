import { GenaiError, type Model } from '@genai/core';
import { broadcastTo, cast, concat, oneHot, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** What a part of a conditional model is given: the input that it always had, and what everything is conditioned on. */
export type WithContext<C = Tensor> = { readonly input: Tensor; readonly context: C };

/**
 * A model of one tensor as a model of an input and a context: the context is appended to the last axis of the input.
 *
 * input: (batch, …, features), context: (batch, width) or (batch, …, width); a context without the axes in between, such as
 * height and width, stands at every place. With `classes` the context is int32 (batch), the number of a class, and is
 * appended as a row of zeros and a one. The model must expect features + width (or + classes) numbers.
 *
 * @example
 * const encoder = withContext(gaussian(mlp([784 + 10, 256, 2 * 16])), { classes: 10 }); // q(z | x, c)
 * @throws GenaiError if `classes` is not an integer of at least 2; when it is given a context, if that does not fit.
 */
export function withContext<P, D>(
  model: Model<P, D, Tensor>,
  { classes }: { readonly classes?: number } = {},
): Model<P, D, WithContext> {
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes >= 2)) {
    throw new GenaiError(`withContext: classes must be an integer of at least 2, got ${classes}.`);
  }
  return {
    init: model.init,
    given: (params, { input, context }, key) =>
      model.given(params, concat([input, spread(classes ? rowsOf(context, classes) : context, input)], -1), key),
  };
}

/** (batch) of int32 → (batch, classes). */
function rowsOf(context: Tensor, classes: number): Tensor {
  if (context.rank !== 1 || context.dtype !== 'int32') {
    throw new GenaiError(
      `withContext: context has shape [${context.shape}] and dtype ${context.dtype}, expected classes, int32 [batch].`,
    );
  }
  return cast(oneHot(context as Tensor<never>, classes), 'float32');
}

/** (batch, width) → (batch, …, width), at every place of the input. */
function spread(context: Tensor, input: Tensor): Tensor {
  const [batch, width] = [context.shape[0], context.shape.at(-1)];
  const places = input.shape.slice(1, -1);
  const fits = context.rank === 2 || String(context.shape.slice(1, -1)) === String(places);
  if (context.rank < 2 || !fits || batch !== input.shape[0]) {
    throw new GenaiError(
      `withContext: context has shape [${context.shape}], input [${input.shape}]. Expected a context of ` +
        `[${input.shape[0]}, width]${places.length ? ` or [${input.shape.slice(0, -1)}, width]` : ''}; for classes pass { classes }.`,
    );
  }
  if (context.rank === input.rank) return context;
  return broadcastTo(reshape(context, [batch, ...places.map(() => 1), width!]), [batch, ...places, width!]);
}
