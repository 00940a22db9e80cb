import { linear, scope } from '@genai/tensor';
import { add, reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Adds a linear map of the context at every pixel: (batch, height, width, outputs), a weight (context, outputs) and a context
 * (batch, context) → (batch, height, width, outputs). Without a weight `y` itself.
 */
export function addContext(y: Tensor, weight: Tensor | undefined, context: Tensor | undefined): Tensor {
  if (!weight || !context) return y;
  const [batch, , , outputs] = y.shape as [number, number, number, number];
  return scope(() => add(y, reshape(linear(context, weight), [batch, 1, 1, outputs])));
}
