import { GenaiError, mapLeaves } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, clipByValue as tfClipByValue } from '@tensorflow/tfjs-core';
import type { Stateless, Transform } from './transform.js';

/**
 * Clips each entry of the gradient to [-max, max].
 *
 * @example
 * chain(clipByValue(0.5), sgd(0.1));
 * @throws GenaiError unless `max` is above 0.
 */
export function clipByValue(max: number): Transform<Stateless> {
  if (!(max > 0)) throw new GenaiError(`clipByValue: max must be above 0, got ${max}.`);
  return {
    init: () => ({}),
    update: (grad, state) =>
      scope(() => ({ grad: mapLeaves<Tensor, typeof grad>(grad, (g) => tfClipByValue(g, -max, max)), state })),
  };
}
