import { sizeOf } from '@genai/core';

/** How many inputs reach one output, and how many outputs one input reaches. */
export type Fans = { readonly inputs: number; readonly outputs: number };

/**
 * The fans of a weight `[inputs, outputs]` or of a convolution's filter `[height, width, inputs, outputs]`.
 *
 * Of a vector both are its length. Where a layer knows better (a transposed or strided convolution, whose outputs are
 * denser or sparser than its inputs), it passes its own fans to the initialiser.
 *
 * @example
 * fansOf([3, 3, 16, 32]); // { inputs: 144, outputs: 288 }
 */
export function fansOf(shape: readonly number[]): Fans {
  if (shape.length < 2) return { inputs: shape[0] ?? 1, outputs: shape[0] ?? 1 };
  const taps = sizeOf(shape.slice(0, -2));
  return { inputs: taps * shape.at(-2)!, outputs: taps * shape.at(-1)! };
}
