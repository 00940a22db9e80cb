import { key, randomNormal } from '@genai/core';
import { type Eigen, symmetricEigen } from './symmetric-eigen.js';

/**
 * The `count` largest eigenvalues and their unit eigenvectors of a matrix of (size, size) numbers, row by row, that is
 * symmetric and has no negative eigenvalue, in double precision: principal axes, of a covariance. On the host; 512 rows take some
 * seconds.
 *
 * The largest entry of a vector is positive, as an axis has no sign of its own.
 *
 * Orthogonal iteration with some vectors to spare, the matrix diagonalised within their span each time; where they span
 * everything, that is exact at once. It ends when ‖A v − λ v‖ is below a millionth of a percent of the largest eigenvalue.
 *
 * @example
 * const { values, vectors } = leadingEigen(await covariance.data(), 16, 3); // covariance: (16, 16)
 * @source Golub and Van Loan, "Matrix computations", section 8.2.4 (orthogonal iteration) and 8.1 (Rayleigh–Ritz).
 */
export function leadingEigen(matrix: ArrayLike<number>, size: number, count: number): Eigen {
  const a = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => matrix[i * size + j]!),
  );
  const width = Math.min(size, Math.max(2 * count, count + SPARE));
  const noise = randomNormal(key(0), width * size);
  const rows = Array.from({ length: width }, (_, k) => Float64Array.from(noise.subarray(k * size, (k + 1) * size)));
  let q = orthonormal(rows);
  for (let move = 0; ; move++) {
    const y = q.map((v) => Float64Array.from(a, (row) => dot(row, v)));
    const { values, vectors } = symmetricEigen(
      y.flatMap((image) => q.map((v) => dot(v, image))),
      width,
    );
    const ritz = vectors.map((w) => combination(q, w));
    const images = vectors.map((w) => combination(y, w)); // A · ritz
    const errors = ritz.slice(0, count).map((v, k) => Math.hypot(...images[k]!.map((x, i) => x - values[k]! * v[i]!)));
    if (move === MOVES || Math.max(...errors) <= PRECISION * values[0]!) {
      return { values: values.slice(0, count), vectors: ritz.slice(0, count).map(facing) };
    }
    // A little of the vector itself keeps those of the eigenvalue 0 from vanishing.
    const little = 1e-12 * values[0]!;
    q = orthonormal(images.map((image, k) => image.map((x, i) => x + little * ritz[k]![i]!)));
  }
}

/** Gram and Schmidt, twice: once is not enough where vectors are nearly parallel. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const made: Float64Array[] = [];
  for (const vector of vectors) {
    let v = vector;
    for (let again = 0; again < 2; again++) {
      for (const u of made) {
        const along = dot(u, v);
        v = v.map((x, i) => x - along * u[i]!);
      }
      const length = Math.sqrt(dot(v, v));
      v = v.map((x) => x / length);
    }
    made.push(v);
  }
  return made;
}

function combination(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const [k, v] of vectors.entries()) for (let i = 0; i < sum.length; i++) sum[i]! += weights[k]! * v[i]!;
  return sum;
}

function facing(axis: Float64Array): Float64Array {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return axis.map((value) => (largest < 0 ? -value : value));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const SPARE = 8;
const MOVES = 500;
const PRECISION = 1e-8;
