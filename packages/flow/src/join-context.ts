import { GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { broadcastTo, concat, reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * What a net sees: `x`, (batch, …, features), with the context, (batch, size), beside its features at every place.
 *
 * @throws GenaiError if a context is missing or has another shape. With a size of 0 there is none, and one given is ignored.
 */
export function joinContext(where: string, x: Tensor, context: Tensor | undefined, size: number): Tensor {
  if (size === 0) return x;
  if (!context) {
    throw new GenaiError(
      `${where}: it needs a context of [batch, ${size}] and got none. Use conditionalFlow and pass it.`,
    );
  }
  expectShape(`${where}, the context`, context, [x.shape[0]!, size]);
  return scope(() => {
    const places = x.shape.slice(1, -1);
    const spread = reshape(context, [context.shape[0]!, ...places.map(() => 1), size]);
    return concat([x, places.length > 0 ? broadcastTo(spread, [...x.shape.slice(0, -1), size]) : context], x.rank - 1);
  });
}
