import { GenaiError } from '@genai/core';

/**
 * `x` times `factor`: stands in for the first export of this package.
 *
 * @throws GenaiError if `factor` is not finite.
 *
 * @example
 * scaled([1, 2], 3); // 3, 6
 */
export function scaled(x: readonly number[], factor: number): number[] {
  if (!Number.isFinite(factor)) throw new GenaiError(`scaled: factor must be a finite number, got ${factor}.`);
  return x.map((value) => value * factor);
}
