/** Eigenvalues from large to small, and the unit eigenvector of each. */
export interface Eigen {
  readonly values: readonly number[];
  readonly vectors: readonly Float64Array[];
}

/**
 * The eigenvalues and eigenvectors of a symmetric matrix of (size, size) numbers, row by row, in double precision: rotations
 * of two rows and columns at a time take the largest of what is off the diagonal to 0, sweep by sweep.
 *
 * Exact to rounding also where eigenvalues lie close together. A sweep takes size³ times a few operations: for small matrices.
 *
 * @source Golub and Van Loan, "Matrix computations", section 8.5 (the cyclic Jacobi method).
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number): Eigen {
  const row = (i: number): Float64Array => Float64Array.from({ length: size }, (_, j) => matrix[i * size + j]!);
  const a = Array.from({ length: size }, (_, i) => row(i));
  const v = Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  const total = a.reduce((sum, r) => sum + r.reduce((inner, x) => inner + x * x, 0), 0);
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a) > PRECISION * total; sweep++) {
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v[i]!) };
}

/** Makes a[p][q] zero; the rows of `v` become the eigenvectors. */
function rotate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  const [ap, aq] = [a[p]!, a[q]!];
  const apq = ap[q]!;
  if (apq === 0) return;
  const theta = (aq[q]! - ap[p]!) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  mix(ap, aq, c, s);
  for (const r of a) {
    const [rp, rq] = [r[p]!, r[q]!];
    r[p] = c * rp - s * rq;
    r[q] = s * rp + c * rq;
  }
  mix(v[p]!, v[q]!, c, s);
}

function mix(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const [xi, yi] = [x[i]!, y[i]!];
    x[i] = c * xi - s * yi;
    y[i] = s * xi + c * yi;
  }
}

/** Σ of squares beside the diagonal. Taken from the sum of all, rounding would hide what is left. */
function offDiagonal(a: readonly Float64Array[]): number {
  let sum = 0;
  for (const [i, r] of a.entries()) for (let j = 0; j < i; j++) sum += 2 * r[j]! * r[j]!;
  return sum;
}

const SWEEPS = 30;
const PRECISION = 1e-28; // of squares: fourteen digits
