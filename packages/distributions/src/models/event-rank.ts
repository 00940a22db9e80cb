import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** How many axes of a net's output are the event when the first `batchAxes` are the batch. */
export function eventRank(where: string, output: Tensor, batchAxes: number): number {
  if (!Number.isInteger(batchAxes) || batchAxes < 0 || batchAxes >= output.rank) {
    throw new GenaiError(
      `${where}: batchAxes must be an integer below the rank of the net's output, got ${batchAxes} for shape [${output.shape.join(', ')}].`,
    );
  }
  return output.rank - batchAxes;
}
