import { GenaiError } from '@genai/core';
import { expectShape } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * The context in a list, which is empty for a model of none: its size is 0.
 *
 * @throws GenaiError, that names the place, if it is missing or has another shape than (batch, size).
 */
export function contextOf(where: string, context: Tensor | undefined, size: number): readonly Tensor[] {
  if (size === 0) return [];
  if (!context) throw new GenaiError(`${where}: it needs a context of [batch, ${size}] and got none.`);
  expectShape(`${where}, the context`, context, ['batch', size]);
  return [context];
}
