import { breathing } from '../breathing.js';
import { type Matrix, matrixOf } from './inner-products.js';
import { symmetricKernel } from './symmetric-kernel.js';

/**
 * R of a positive semidefinite S, (width, width), with S = R Rᵀ: (width, rank). What rounding cannot tell from 0 is left out, so
 * that a singular S gives fewer columns than it has.
 *
 * @source Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix", section 2.
 */
export async function pivotedCholesky(symmetric: Matrix): Promise<Matrix> {
  const { values, rows: width } = symmetric;
  const rest = Float64Array.from({ length: width }, (_, i) => values[i * (width + 1)]!); // the diagonal of S − R Rᵀ
  const least = Math.max(...rest) * width * Number.EPSILON;
  const { lower, rank } = (await columnsByKernel(symmetric, rest, least)) ?? (await columns(symmetric, rest, least));
  const root = matrixOf(width, rank);
  for (let i = 0; i < width; i++) root.values.set(lower.subarray(i * width, i * width + rank), i * rank);
  return root;
}

/** Row i of `lower` begins with row i of R. */
type Columns = { readonly lower: Float64Array; readonly rank: number };

/** As {@link columns}, up to rounding, in a fraction of its time. Undefined where there are no vectors, or it is not worth it. */
export async function columnsByKernel(
  { values, rows: width }: Matrix,
  diagonal: Float64Array,
  least: number,
): Promise<Columns | undefined> {
  const kernel = width < LEAST_ROWS ? undefined : symmetricKernel(2 * width * width + width);
  if (!kernel) return undefined;
  const breath = breathing();
  const [matrix, lower, rest] = [kernel.room(width * width), kernel.room(width * width), kernel.room(width)];
  matrix.set(values);
  rest.set(diagonal);
  let rank = 0;
  for (let end = 0; rank === end && end < width; ) {
    end = Math.min(width, end + STEPS);
    rank = kernel.pivots(matrix, lower, rest, width, rank, end, least);
    if (breath.due()) await breath.take();
  }
  return { lower, rank };
}

/** Rows from which on a kernel, which is to be made ready, is worth it. */
const LEAST_ROWS = 32;
/** Columns between two breaths. */
const STEPS = 16;

/** Column by column, each with the largest pivot that is left; `rest` is overwritten. */
export async function columns({ values, rows: width }: Matrix, rest: Float64Array, least: number): Promise<Columns> {
  const breath = breathing();
  const lower = new Float64Array(width * width); // row i: what is known of row i of R
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
  return { lower, rank };
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
