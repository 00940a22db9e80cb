import { GenaiError } from '@genai/core';

/** What {@link chiSquared} found. */
export interface ChiSquared {
  readonly statistic: number;
  /** Degrees of freedom: categories that occur, less one. */
  readonly degrees: number;
  /** How likely two samples of one distribution are as far apart, by the limit for many counts; 1 where one category alone occurs. */
  readonly pValue: number;
}

/**
 * Pearson's χ² test of homogeneity: how far two lists of counts of the same categories are from one distribution.
 *
 * Without a correction for continuity. Categories that occur in neither do not count; where fewer than five are expected the p-value is coarse.
 *
 * @example
 * const { pValue } = chiSquared(countsOf(real), countsOf(synthetic));
 * @throws GenaiError unless both are counts of the same categories, none below 0 and not all 0.
 * @source Pearson 1911, "On the probability that two independent distributions of frequency are really samples from the same population".
 */
export function chiSquared(a: ArrayLike<number>, b: ArrayLike<number>): ChiSquared {
  const [x, y] = [Float64Array.from(a), Float64Array.from(b)];
  const [m, n] = [sum(x), sum(y)];
  if (x.length !== y.length || !(m > 0 && n > 0) || [...x, ...y].some((count) => count < 0)) {
    throw new GenaiError(
      `chiSquared: got ${x.length} and ${y.length} counts that add up to ${m} and ${n}, expected the same categories, no count below 0, not all 0.`,
    );
  }
  let statistic = 0;
  let degrees = -1;
  for (const [i, count] of x.entries()) {
    const all = count + y[i]!;
    if (all === 0) continue;
    degrees++;
    for (const [got, total] of [
      [count, m],
      [y[i]!, n],
    ] as const) {
      const expected = (all * total) / (m + n);
      statistic += (got - expected) ** 2 / expected;
    }
  }
  return { statistic, degrees, pValue: degrees > 0 ? upperGamma(degrees, statistic / 2) : 1 };
}

/** Q(degrees / 2, x), the regularised upper incomplete gamma function: its series below the mean, its continued fraction above. */
function upperGamma(degrees: number, x: number): number {
  if (x === 0) return 1;
  const a = degrees / 2;
  const factor = Math.exp(a * Math.log(x) - x - logGamma(degrees)); // x^a e^−x / Γ(a)
  if (x < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let i = 1; term > total * Number.EPSILON; i++) {
      term *= x / (a + i);
      total += term;
    }
    return Math.max(0, 1 - factor * total);
  }
  // From the end: x + (1 − a) / (1 + 1 / (x + (2 − a) / (1 + 2 / (x + …
  let fraction = 0;
  for (let i = 500; i >= 1; i--) fraction = (i - a) / (1 + i / (x + fraction));
  return factor / (x + fraction);
}

/** log Γ(degrees / 2) */
function logGamma(degrees: number): number {
  let total = degrees % 2 ? 0.5 * Math.log(Math.PI) : 0; // of Γ(½), Γ(1)
  for (let i = degrees % 2 || 2; i < degrees; i += 2) total += Math.log(i / 2);
  return total;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
