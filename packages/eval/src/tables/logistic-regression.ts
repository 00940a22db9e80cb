import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { breathing } from '../breathing.js';
import type { Learner } from './learner.js';
import { normalMatrix } from './normal-matrix.js';

export interface LogisticRegressionOptions {
  /** Weight of ½ ‖w‖² beside the summed negative log-likelihood in nats; 1 unless given. Biases are not penalised. */
  readonly penalty?: number;
  /** Steps at most; 500 unless given. */
  readonly iterations?: number;
}

/**
 * Multinomial logistic regression: the least of −Σ log softmax(W x + b)[y] + ½ penalty ‖W‖².
 *
 * The Hessian is at most ½ Xᵀ X for each class whatever the weights, so one factorisation serves all steps; Nesterov's momentum, which starts
 * again where it leads uphill, makes them few. Stops when a step moves no weight by more than 10⁻⁸.
 *
 * @source Böhning 1992, "Multinomial logistic regression algorithm"; O'Donoghue and Candès 2015, "Adaptive restart for accelerated gradient schemes".
 */
export function logisticRegression({ penalty = 1, iterations = 500 }: LogisticRegressionOptions = {}): Learner {
  return async ({ features, targets, classes = 2, signal }) => {
    const breath = breathing(signal);
    const width = features[0]!.length;
    const bound = new CholeskyDecomposition(normalMatrix(features, width, 0.5, penalty));
    let weights = Matrix.zeros(width + 1, classes);
    let ahead = weights;
    let momentum = 1;
    for (let i = 0; i < iterations; i++) {
      const gradient = gradientAt(ahead, features, targets, penalty);
      const step = bound.solve(gradient);
      const next = Matrix.sub(ahead, step);
      const move = Matrix.sub(next, weights);
      const uphill = gradient.dot(move) > 0;
      const following = uphill ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
      ahead = uphill ? next : Matrix.add(next, Matrix.mul(move, (momentum - 1) / following));
      momentum = following;
      weights = next;
      if (largest(step) < 1e-8) break;
      if (breath.due()) await breath.take();
    }
    const table = weights.to2DArray();
    return (row) => softmax(logitsOf(table, row));
  };
}

/** Of the loss at weights (width + 1, classes), biases last. */
function gradientAt(
  weights: Matrix,
  features: readonly Float64Array[],
  targets: ArrayLike<number>,
  penalty: number,
): Matrix {
  const [size, classes] = [weights.rows, weights.columns];
  const table = weights.to2DArray();
  const gradient = table.map((row, j) => (j < size - 1 ? row.map((weight) => penalty * weight) : row.map(() => 0)));
  for (const [i, row] of features.entries()) {
    const errors = softmax(logitsOf(table, row));
    errors[targets[i]!]! -= 1;
    for (let j = 0; j < size; j++) {
      const x = j < size - 1 ? row[j]! : 1;
      if (x === 0) continue;
      const into = gradient[j]!;
      for (let c = 0; c < classes; c++) into[c]! += x * errors[c]!;
    }
  }
  return new Matrix(gradient);
}

function logitsOf(table: readonly (readonly number[])[], row: Float64Array): number[] {
  const logits = [...table[row.length]!];
  for (const [j, x] of row.entries()) {
    if (x === 0) continue; // most places of categories
    const weights = table[j]!;
    for (let c = 0; c < logits.length; c++) logits[c]! += x * weights[c]!;
  }
  return logits;
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

function largest(step: Matrix): number {
  return step.to1DArray().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
