import { breathing } from '../breathing.js';
import { addInnerProducts, type Matrix, matrixOf, mirror } from './inner-products.js';
import { pivotedCholesky } from './pivoted-cholesky.js';
import { symmetricEigenvalues } from './symmetric-eigenvalues.js';

/**
 * Tr (Σ₁^½ Σ₂ Σ₁^½)^½ of covariances by their roots, Σ = R Rᵀ: the sum of the singular values of R₁ᵀ R₂.
 *
 * With the roots of as many columns as their ranks no zero is left over: the root of what rounding leaves of one would be large.
 */
export async function traceOfRoot(first: Matrix, second: Matrix): Promise<number> {
  const [long, short] = first.columns < second.columns ? [second, first] : [first, second];
  const between = matrixOf(long.columns, short.columns);
  await addInSteps(long, short, between);
  const gram = matrixOf(short.columns, short.columns);
  await addInSteps(between, between, gram);
  mirror(gram);
  const values = await symmetricEigenvalues(gram);
  return values.reduce((total, value) => total + Math.sqrt(Math.max(0, value)), 0);
}

/** R of a covariance (width, width). */
export function rootOf(covariance: Float64Array, width: number): Promise<Matrix> {
  return pivotedCholesky({ values: covariance, rows: width, columns: width });
}

/** Rows that are multiplied before the event loop may go round. */
const STEP = 64;

async function addInSteps(a: Matrix, b: Matrix, out: Matrix): Promise<void> {
  const breath = breathing();
  for (let top = 0; top < a.rows; top += STEP) {
    const left = rowsFrom(a, top);
    addInnerProducts(left, a === b ? left : rowsFrom(b, top), out);
    if (breath.due()) await breath.take();
  }
}

function rowsFrom({ values, rows, columns }: Matrix, top: number): Matrix {
  const end = Math.min(rows, top + STEP);
  return { values: values.subarray(top * columns, end * columns), rows: end - top, columns };
}
