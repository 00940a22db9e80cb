import { GenaiError } from '@genai/core';

/**
 * How many equal weights tell as much as these importance weights, given by their logarithms: (Σ w)² / Σ w², from 1 to their number.
 *
 * @example
 * effectiveSampleSize([0, 0, -Infinity]); // 2
 * @throws GenaiError if there are no weights, one is NaN or infinitely great, or all are zero.
 * @source Kong et al. 1994, "Sequential imputations and Bayesian missing data problems"; Liu 2001, "Monte Carlo strategies in scientific computing",
 * section 2.5.3.
 */
export function effectiveSampleSize(logWeights: ArrayLike<number>): number {
  const logs = Float64Array.from(logWeights);
  const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY); // NaN if one is
  if (!Number.isFinite(most)) {
    throw new GenaiError(
      `effectiveSampleSize: the greatest of ${logs.length} log weights is ${most}, expected a finite number. Pass one weight above zero at least.`,
    );
  }
  let [sum, squares] = [0, 0];
  for (const log of logs) {
    sum += Math.exp(log - most);
    squares += Math.exp(2 * (log - most));
  }
  return sum ** 2 / squares;
}
