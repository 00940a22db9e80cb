import { GenaiError } from '@genai/core';

/** What {@link kolmogorovSmirnov} found. */
export interface KolmogorovSmirnov {
  /** The greatest distance of the two distribution functions, 0 to 1; 0 for the same numbers. */
  readonly statistic: number;
  /** How likely two samples of one continuous distribution are as far apart, by the limit for many numbers. */
  readonly pValue: number;
}

/**
 * The two-sample test of Kolmogorov and Smirnov: how far two lists of numbers are from one distribution.
 *
 * The p-value is the limit's, good from some tens of numbers on; where numbers repeat it is too great.
 *
 * @example
 * const { statistic } = kolmogorovSmirnov(realAges, syntheticAges); // 0.04
 * @throws GenaiError if a side is empty or holds what is no number.
 * @source Smirnov 1939, "On the estimation of the discrepancy between empirical curves of distribution for two independent samples".
 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnov {
  const [x, y] = [sorted(a), sorted(b)];
  const [m, n] = [x.length, y.length];
  if (m === 0 || n === 0) {
    throw new GenaiError(`kolmogorovSmirnov: got ${m} and ${n} numbers, expected at least one on each side.`);
  }
  let statistic = 0;
  for (let i = 0, j = 0; i < m && j < n; ) {
    const at = Math.min(x[i]!, y[j]!);
    while (i < m && x[i]! <= at) i++;
    while (j < n && y[j]! <= at) j++;
    statistic = Math.max(statistic, Math.abs(i / m - j / n));
  }
  return { statistic, pValue: survival(statistic * Math.sqrt((m * n) / (m + n))) };
}

/** How likely Kolmogorov's limit is above `x`: 2 Σₖ (−1)^(k−1) exp(−2 k² x²), below 1 by its other series, which converges faster there. */
function survival(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k < 20; k += 2) sum += Math.exp(-((k * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k < 10; k++) sum += (k % 2 ? 1 : -1) * Math.exp(-2 * (k * x) ** 2);
  return 2 * sum;
}

function sorted(numbers: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(numbers);
  if (values.some(Number.isNaN)) throw new GenaiError('kolmogorovSmirnov: got NaN, expected numbers.');
  return values.sort();
}
