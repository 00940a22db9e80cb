import { normalQuantile } from './normal-quantile.js';

/** Below which number a variable of Student's t distribution lies with probability `p`; `freedom` is an integer of at least 1. */
export function studentQuantile(p: number, freedom: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, freedom);
  if (freedom > MANY) {
    const z = normalQuantile(p);
    return z + (z ** 3 + z) / (4 * freedom); // Fisher's expansion, off by O(1 / freedom²)
  }
  // In the angle θ = arctan(t / √freedom) the whole half line is bounded: halve it.
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (within(middle, freedom) < 2 * p - 1) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan((low + high) / 2);
}

/** P(|t| ≤ √freedom · tan θ). @source Abramowitz and Stegun 1964, 26.7.3 (odd) and 26.7.4 (even). */
function within(angle: number, freedom: number): number {
  const odd = freedom % 2 === 1;
  const cosine = Math.cos(angle);
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let n = odd ? 3 : 2; n <= freedom; n += 2) {
    sum += term;
    term *= ((n - 1) / n) * cosine * cosine;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

const MANY = 10_000;
