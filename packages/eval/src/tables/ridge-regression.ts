import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Learner } from './learner.js';
import { normalMatrix } from './normal-matrix.js';

/**
 * Linear regression with a penalty: the least of Σ (y − w · x − b)² + penalty ‖w‖².
 *
 * @source Hoerl and Kennard 1970, "Ridge regression: biased estimation for nonorthogonal problems", eq. 2.1.
 */
export function ridgeRegression({ penalty = 1 }: { readonly penalty?: number } = {}): Learner {
  return async ({ features, targets }) => {
    const width = features[0]!.length;
    const sums = new Float64Array(width + 1); // Xᵀ y
    for (const [i, row] of features.entries()) {
      for (let j = 0; j < width; j++) sums[j]! += row[j]! * targets[i]!;
      sums[width]! += targets[i]!;
    }
    const matrix = normalMatrix(features, width, 1, penalty);
    const weights = new CholeskyDecomposition(matrix).solve(Matrix.columnVector(sums)).to1DArray();
    return (row) => [row.reduce((total, x, j) => total + x * weights[j]!, weights[width]!)];
  };
}
