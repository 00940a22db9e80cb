import { GenaiError } from '@genai/core';

/** What counts as better. */
export interface Improvement {
  /** Whether less (a loss; the default) or more (an accuracy) is better. */
  readonly mode?: 'min' | 'max';
  /** By how much at least a better number must differ from the best so far; default 0. */
  readonly minDelta?: number;
}

/** Whether `value` is better than `best`: never if it is NaN, always if there is no best and it is finite. */
export function improves(
  value: number,
  best: number | undefined,
  { mode = 'min', minDelta = 0 }: Improvement = {},
): boolean {
  if (best === undefined) return Number.isFinite(value);
  return mode === 'min' ? value < best - minDelta : value > best + minDelta;
}

/** @throws GenaiError unless `minDelta` is a number of at least 0. */
export function expectImprovement(where: string, { minDelta = 0 }: Improvement): void {
  if (minDelta >= 0 && Number.isFinite(minDelta)) return;
  throw new GenaiError(`${where}: minDelta must be a number of at least 0, got ${minDelta}.`);
}
