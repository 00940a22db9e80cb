import { breathing } from '../breathing.js';
import { type Matrix, matrixOf } from './inner-products.js';

/**
 * R of a positive semidefinite S, (width, width), with S = R Rᵀ: (width, rank). What rounding cannot tell from 0 is left out, so
 * that a singular S gives fewer columns than it has.
 *
 * @source Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix", section 2.
 */
export async function pivotedCholesky(symmetric: Matrix): Promise<Matrix> {
  const breath = breathing();
  const { values, rows: width } = symmetric;
  const lower = new Float64Array(width * width); // row i: what is known of row i of R
  const rest = Float64Array.from({ length: width }, (_, i) => values[i * (width + 1)]!); // the diagonal of S − R Rᵀ
  const least = Math.max(...rest) * width * Number.EPSILON;
  let rank = 0;
  for (; rank < width; rank++) {
    const pivot = rest.reduce((best, value, i) => (value > rest[best]! ? i : best), 0);
    if (!(rest[pivot]! > least)) break;
    const root = Math.sqrt(rest[pivot]!);
    for (let i = 0; i < width; i++) {
      if (rest[i] === Number.NEGATIVE_INFINITY) continue; // was a pivot: 0 in all further columns
      const value =
        i === pivot ? root : (values[pivot * width + i]! - dot(lower, pivot * width, i * width, rank)) / root;
      lower[i * width + rank] = value;
      rest[i] = i === pivot ? Number.NEGATIVE_INFINITY : rest[i]! - value * value;
    }
    if (breath.due()) await breath.take();
  }
  const root = matrixOf(width, rank);
  for (let i = 0; i < width; i++) root.values.set(lower.subarray(i * width, i * width + rank), i * rank);
  return root;
}

/** Of `length` numbers at `p` and at `q`. Four sums, which need not wait for each other. */
function dot(values: Float64Array, p: number, q: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    a += values[p + k]! * values[q + k]!;
    b += values[p + k + 1]! * values[q + k + 1]!;
    c += values[p + k + 2]! * values[q + k + 2]!;
    d += values[p + k + 3]! * values[q + k + 3]!;
  }
  for (; k < length; k++) a += values[p + k]! * values[q + k]!;
  return a + b + (c + d);
}
