import { isFused, runFused, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Of some rows: their mean (width) and Σ (x − mean)(x − mean)ᵀ (width, width). */
export interface BlockMoments {
  readonly mean: Float64Array;
  readonly scatter: Float64Array;
}

/** Whether the engine sums products of rows of single precision in double precision, and rows this wide are worth its while. */
export function hasScatter(width: number): boolean {
  return width >= LEAST_WIDTH && isFused(SCATTER);
}

/** Of some rows of a matrix (count, width) of single precision, where the engine {@link hasScatter}. */
export function scatterOnEngine(x: Tensor, from: number, rows: number): BlockMoments {
  const made = scope(() => runFused(SCATTER, { x }, { from, rows })[0]!);
  const words = made.dataSync<'int32'>(); // engines with this kernel compute in the memory of the host: nothing to wait for
  made.dispose();
  const width = x.shape[1]!;
  const numbers = new Float64Array(words.buffer, words.byteOffset, words.length / 2);
  return { mean: numbers.subarray(0, width), scatter: numbers.subarray(width) };
}

/** Gives the bits of doubles, (1 + width, width, 2) of int32: the mean in the first row, then the scatter. */
const SCATTER = 'GenaiScatter';

const LEAST_WIDTH = 64;
