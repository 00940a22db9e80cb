import { GenaiError } from '@genai/core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type Points, type Rows, rowsOf } from './points.js';

/** Mean (width) and covariance (width, width), row after row, in double precision. */
export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of features (count, width), to be measured against again and again by {@link frechetDistance}.
 *
 * @example
 * const reference = await momentsOf(features); // of the whole data set, once
 * @throws GenaiError unless the features are a matrix of finite numbers with at least two rows.
 */
export async function momentsOf(features: Points): Promise<Moments> {
  return moments(await rowsOf('momentsOf', features, 2));
}

/**
 * The Fréchet distance between Gaussians with the moments of two sets of features: ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂
 * Σ₁^½)^½). 0 for equal moments; lower is better.
 *
 * Each side is features, (count, width), or {@link Moments} of them. Of Inception's features it is the FID; numbers compare only
 * for one network and one count, since few samples raise it. In double precision, on the host: a width of 512 takes some seconds.
 *
 * @example
 * const distance = await frechetDistance(await momentsOf(realFeatures), fakeFeatures);
 * @throws GenaiError unless both are matrices of finite numbers, of one width, with at least two rows.
 * @source Heusel et al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", eq. 6;
 * Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions".
 */
export async function frechetDistance(a: Points | Moments, b: Points | Moments): Promise<number> {
  const first = await asMoments(a);
  const second = await asMoments(b);
  const width = first.mean.length;
  if (second.mean.length !== width) {
    throw new GenaiError(
      `frechetDistance: got features of widths ${width} and ${second.mean.length}, expected one width.`,
    );
  }
  const distance = first.mean.reduce((total, value, i) => total + (value - second.mean[i]!) ** 2, 0);
  return Math.max(0, distance + trace(first) + trace(second) - 2 * traceOfRoot(first, second));
}

/**
 * Tr (Σ₁^½ Σ₂ Σ₁^½)^½. With Σ₁ = R Rᵀ, R of as many columns as its rank, Rᵀ Σ₂ R has the same eigenvalues but zeros: the root of
 * what rounding leaves of a zero would be large beside it.
 */
function traceOfRoot(first: Moments, second: Moments): number {
  const width = first.mean.length;
  const { values, vectors } = eigen(matrix(first.covariance, width));
  const kept = values.flatMap((value, i) => (value > 0 ? [i] : []));
  if (kept.length === 0) return 0;
  const root = vectors.subMatrixColumn(kept); // (width, rank)
  for (const [column, i] of kept.entries()) root.mulColumn(column, Math.sqrt(values[i]!));
  const inner = root.transpose().mmul(matrix(second.covariance, width)).mmul(root); // (rank, rank)
  const symmetric = Matrix.add(inner, inner.transpose()).mul(0.5);
  return eigen(symmetric).values.reduce((total, value) => total + Math.sqrt(value), 0);
}

/** Of a positive semidefinite matrix. Eigenvalues that rounding cannot tell from 0 are 0. */
function eigen(symmetric: Matrix): { readonly values: number[]; readonly vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const least = Math.max(...realEigenvalues) * symmetric.rows * Number.EPSILON;
  return { values: realEigenvalues.map((value) => (value > least ? value : 0)), vectors: eigenvectorMatrix };
}

function moments({ values, count, width }: Rows): Moments {
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / count;
  const covariance = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) row[j] = values[i * width + j]! - mean[j]!;
    for (let j = 0; j < width; j++) {
      const factor = row[j]! / (count - 1);
      for (let k = 0; k <= j; k++) covariance[j * width + k]! += factor * row[k]!;
    }
  }
  for (let j = 0; j < width; j++) {
    for (let k = 0; k < j; k++) covariance[k * width + j] = covariance[j * width + k]!;
  }
  return { mean, covariance };
}

async function asMoments(side: Points | Moments): Promise<Moments> {
  return 'covariance' in side ? side : moments(await rowsOf('frechetDistance', side, 2));
}

function trace({ mean, covariance }: Moments): number {
  return mean.reduce((total, _, i) => total + covariance[i * (mean.length + 1)]!, 0);
}

function matrix(values: Float64Array, width: number): Matrix {
  return Matrix.from1DArray(width, width, values);
}
