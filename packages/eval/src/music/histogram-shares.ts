import { GenaiError } from '@genai/core';

/** Counts over their sum. @throws GenaiError if all are zero. */
export function shares(where: string, counts: Float64Array): Float64Array {
  const total = counts.reduce((a, b) => a + b, 0);
  if (total > 0) return counts.map((count) => count / total);
  throw new GenaiError(`${where}: nothing was counted, expected notes that last or follow each other.`);
}

/** The bin whose value is nearest, of equally near ones the first. */
export function nearestBin(bins: readonly number[], value: number): number {
  return bins.reduce((best, bin, i) => (Math.abs(bin - value) < Math.abs(bins[best]! - value) ? i : best), 0);
}
