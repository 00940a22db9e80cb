import { GenaiError } from '@genai/core';

/**
 * The overlapping area of two histograms of the same bins: Σ min(p, q) of their shares, 0 (no bin in common) to 1 (the same).
 *
 * @example
 * histogramOverlap(pitchClassHistogram(real), pitchClassHistogram(generated)); // 0.83
 * @throws GenaiError unless both have the same bins, none below 0 and not all 0.
 * @source Swain and Ballard 1991, "Color indexing" (histogram intersection).
 */
export function histogramOverlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [p, q] = [Float64Array.from(a), Float64Array.from(b)];
  const [ofP, ofQ] = [p, q].map((counts) => counts.reduce((total, count) => total + count, 0)) as [number, number];
  if (p.length !== q.length || !(ofP > 0 && ofQ > 0) || [...p, ...q].some((count) => count < 0)) {
    throw new GenaiError(
      `histogramOverlap: got ${p.length} and ${q.length} bins that add up to ${ofP} and ${ofQ}, expected the same bins, none below 0, not all 0.`,
    );
  }
  return Math.min(
    1,
    p.reduce((total, count, i) => total + Math.min(count / ofP, q[i]! / ofQ), 0),
  );
}
