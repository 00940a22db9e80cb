import { GenaiError } from '@genai/core';

/**
 * How square images are reached by doublings: `size` = `side` · 2^`doublings`, with a side of 4 to 7.
 *
 * @throws GenaiError if there is no such side, or no doubling.
 */
export function pyramid(where: string, size: number): { readonly side: number; readonly doublings: number } {
  let side = size;
  let doublings = 0;
  while (side > 7 && side % 2 === 0) {
    side /= 2;
    doublings++;
  }
  if (!Number.isInteger(side) || side < 4 || side > 7 || doublings === 0) {
    throw new GenaiError(
      `${where}: size must be 4, 5, 6 or 7 times a power of 2 (28, 32, 64 say), got ${size}. Pad or scale the images.`,
    );
  }
  return { side, doublings };
}
