import { scope } from '@genai/tensor';
import { matMul, tensor2d } from '@tensorflow/tfjs-core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Rows } from '../points.js';

/**
 * Points along the fewest principal components that keep a share of their variance, all centred.
 *
 * Products of matrices run on the engine in float32, tile by tile; the decomposition in double precision.
 */
export async function principalComponents(points: Rows, share: number): Promise<Rows> {
  const { count, width } = points;
  const centred = centredRows(points);
  const covariance = new Float64Array(width * width); // times count
  for (const { values, rows } of tilesOf(centred, width)) {
    const part = await product(values, [rows, width], values, [rows, width], true);
    for (let i = 0; i < part.length; i++) covariance[i]! += part[i]!;
  }
  const symmetric = Matrix.from1DArray(width, width, covariance);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const kept = order.slice(
    0,
    leading(
      order.map((i) => Math.max(0, realEigenvalues[i]!)),
      share,
    ),
  );
  const basis = Float32Array.from(eigenvectorMatrix.subMatrixColumn(kept).to1DArray()); // (width, kept)
  const projected = new Float32Array(count * kept.length);
  let row = 0;
  for (const { values, rows } of tilesOf(centred, width)) {
    projected.set(await product(values, [rows, width], basis, [width, kept.length], false), row * kept.length);
    row += rows;
  }
  return { values: projected, count, width: kept.length };
}

/** How many of the descending variances reach the share; all where there is none. */
function leading(variances: readonly number[], share: number): number {
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  let sum = 0;
  for (const [i, variance] of variances.entries()) {
    sum += variance;
    if (sum >= share * total) return i + 1;
  }
  return variances.length;
}

function centredRows({ values, count, width }: Rows): Float32Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / count;
  return Float32Array.from(values, (value, i) => value - mean[i % width]!);
}

/** Rows of a tile. */
const TILE = 4096;

function* tilesOf(values: Float32Array, width: number): Generator<{ values: Float32Array; rows: number }> {
  for (let at = 0; at < values.length; at += TILE * width) {
    const tile = values.subarray(at, at + TILE * width);
    yield { values: tile, rows: tile.length / width };
  }
}

async function product(
  a: Float32Array,
  shapeA: [number, number],
  b: Float32Array,
  shapeB: [number, number],
  transposed: boolean,
): Promise<Float32Array> {
  const result = scope(() => matMul(tensor2d(a, shapeA), tensor2d(b, shapeB), transposed, false));
  try {
    return await result.data<'float32'>();
  } finally {
    result.dispose();
  }
}
