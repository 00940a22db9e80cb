import { GenaiError } from '@genai/core';

/**
 * The rank test of Mann and Whitney as a standard score: below 0 if numbers of `a` tend to be less than those of `b`, above 0 if they
 * tend to be greater; within ±2 or so where both are of one distribution.
 *
 * Equal numbers share their mean rank and make the variance less. Without a correction for continuity. 0 where all numbers are equal.
 *
 * @example
 * mannWhitney([1, 2, 3], [4, 5, 6]); // −1.96
 * @throws GenaiError if a side is empty or holds what is no number.
 * @source Mann and Whitney 1947, "On a test of whether one of two random variables is stochastically larger than the other".
 */
export function mannWhitney(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) {
    throw new GenaiError(`mannWhitney: got ${m} and ${n} numbers, expected at least one on each side.`);
  }
  const all = [...Array.from(a, (value) => ({ value, own: 1 })), ...Array.from(b, (value) => ({ value, own: 0 }))];
  if (all.some(({ value }) => Number.isNaN(value))) throw new GenaiError('mannWhitney: got NaN, expected numbers.');
  all.sort((x, y) => (x.value < y.value ? -1 : Number(x.value > y.value)));
  let ranks = 0; // of `a`, summed
  let ties = 0; // Σ t³ − t over groups of t equal numbers
  for (let start = 0, end = 0; start < all.length; start = end) {
    let own = 0;
    while (end < all.length && all[end]!.value === all[start]!.value) own += all[end++]!.own;
    ranks += own * ((start + 1 + end) / 2);
    ties += (end - start) ** 3 - (end - start);
  }
  const u = ranks - (m * (m + 1)) / 2;
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)));
  return variance > 0 ? (u - (m * n) / 2) / Math.sqrt(variance) : 0;
}
