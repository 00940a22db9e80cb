import { GenaiError, type Layer } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { scope } from '@genai/tensor';
import { broadcastTo, cast, concat, oneHot, reshape, type Tensor } from '@tensorflow/tfjs-core';

export interface ConcatenatedOptions {
  /** Of contexts that are class indices, int32 (batch): how many classes there are. They are appended as zeros and a one. */
  readonly classes?: number;
}

/**
 * A layer that sees the context appended to the last axis of its input: to a code or a vector of features, or as constant
 * channels to an image. x: (batch, …, features), context: (batch, width); `layer` takes (batch, …, features + width).
 *
 * @example
 * const generator = concatenated(mlp([64 + 10, 256, 784]), { classes: 10 });
 * const critic = concatenated(sequential(conv2d(1 + 10, 16, { strides: 2 }), flatten(), dense(14 * 14 * 16, 1)), { classes: 10 });
 * @throws GenaiError if `classes` is not an integer of at least 2; when applied, if the context does not fit.
 * @source Mirza and Osindero 2014, "Conditional generative adversarial nets", section 3.2; as channels: Reed et al. 2016,
 * "Generative adversarial text to image synthesis", section 4.1.
 */
export function concatenated<P>(
  layer: Layer<Tensor, P>,
  { classes }: ConcatenatedOptions = {},
): Layer<Tensor, P, Conditioned> {
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes >= 2)) {
    throw new GenaiError(`concatenated: classes must be an integer of at least 2, got ${classes}.`);
  }
  return {
    init: layer.init,
    apply: (params, { x, context }, key) =>
      scope(() => layer.apply(params, concat([x, spread(rowsOf(context, classes), x)], -1), key)),
  };
}

/** (batch, width); of classes, (batch) → (batch, classes). */
function rowsOf(context: Tensor, classes: number | undefined): Tensor {
  if (classes === undefined) return context;
  if (context.rank !== 1 || context.dtype !== 'int32') {
    throw new GenaiError(
      `concatenated: got a context of shape [${context.shape.join(', ')}] and dtype ${context.dtype}, expected classes, int32 [batch].`,
    );
  }
  // Cast after: wasm writes the bits of integers into a float32 oneHot.
  return cast(oneHot(context as Tensor<never>, classes), 'float32');
}

/** (batch, width) → (batch, …, width), at every place of x. */
function spread(context: Tensor, x: Tensor): Tensor {
  const [batch, width] = context.shape;
  if (context.rank !== 2 || context.dtype !== 'float32' || batch !== x.shape[0] || x.rank < 2) {
    throw new GenaiError(
      `concatenated: got x of shape [${x.shape.join(', ')}] and a context of shape [${context.shape.join(', ')}] and dtype ` +
        `${context.dtype}, expected [batch, …, features] and float32 [batch, width]. For class indices pass { classes }.`,
    );
  }
  if (x.rank === 2) return context;
  const places = x.shape.slice(1, -1);
  return broadcastTo(reshape(context, [batch!, ...places.map(() => 1), width!]), [batch!, ...places, width!]);
}
