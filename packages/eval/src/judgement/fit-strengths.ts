import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { PairTally } from './tally.js';

export interface FitOptions {
  /** Whether a tie has a probability of its own (Davidson), or is half a win for both. */
  readonly davidson: boolean;
  /** Precision of a normal prior on each strength, around 0. */
  readonly prior: number;
}

/** The maximum of the likelihood. */
export interface Fit {
  /** θ of each system, in nats, their mean 0. */
  readonly strengths: Float64Array;
  /** Davidson's ν = exp(τ); 0 where ties are halves, or there are none. */
  readonly ties: number;
  /** −∂²ℓ, (parameters, parameters): θ, then τ where it is fitted. A term along (1, …, 1) makes it invertible. */
  readonly information: Matrix;
  /** Σ over votes of score · scoreᵀ, of the same shape. */
  readonly scatter: Matrix;
}

/**
 * Newton's method on the concave log-likelihood of paired comparisons.
 *
 * With s = (θ_i − θ_j) / 2, the chances of win, loss and tie are e^s, e^−s and ν over their sum. Halves of a win for both give the
 * likelihood in which ν is 0 and a tie's term s · 0: the same formulas serve both.
 */
export function fitStrengths(pairs: readonly PairTally[], systems: number, { davidson, prior }: FitOptions): Fit {
  const decided = pairs.reduce((sum, { wins, losses }) => sum + wins + losses, 0);
  const tied = pairs.reduce((sum, pair) => sum + pair.ties, 0);
  const hasTies = davidson && tied > 0;
  let at = new Float64Array(systems + (hasTies ? 1 : 0));
  if (hasTies) at[systems] = Math.log((2 * tied) / decided); // the maximum if all were equally strong
  let value = logLikelihood(at);
  for (let i = 0; i < ROUNDS; i++) {
    const { gradient, information } = derivatives(at);
    const step = new CholeskyDecomposition(information).solve(Matrix.columnVector(gradient)).getColumn(0);
    const gain = step.reduce((sum, d, j) => sum + d * gradient[j]!, 0);
    let length = 1;
    let next = moved(at, step, length);
    // Halved until the likelihood rises: from afar a whole step may overshoot.
    while (logLikelihood(next) < value - 1e-12 * Math.abs(value) && length > 1e-6) {
      length /= 2;
      next = moved(at, step, length);
    }
    at = next;
    value = logLikelihood(at);
    if (gain < 1e-24 * Math.max(1, Math.abs(value))) break;
  }
  const { information, scatter } = derivatives(at);
  return {
    strengths: centred(at.subarray(0, systems)),
    ties: hasTies ? Math.exp(at[systems]!) : 0,
    information,
    scatter,
  };

  function logLikelihood(params: Float64Array): number {
    let sum = 0;
    for (const { first, second, wins, losses, ties } of pairs) {
      const s = (params[first]! - params[second]!) / 2;
      const tau = hasTies ? params[systems]! : 0;
      const top = Math.abs(s);
      const ordered = 1 + Math.exp(-2 * top) + (hasTies ? Math.exp(tau - top) : 0);
      const logSum = top + Math.log(ordered);
      sum += (wins - losses) * s + (hasTies ? ties * tau : 0) - (wins + losses + ties) * logSum;
    }
    for (let i = 0; i < systems; i++) sum -= (prior / 2) * params[i]! ** 2;
    return sum;
  }

  function derivatives(params: Float64Array): { gradient: Float64Array; information: Matrix; scatter: Matrix } {
    const size = params.length;
    const gradient = new Float64Array(size);
    const information = Matrix.zeros(size, size);
    const scatter = Matrix.zeros(size, size);
    for (const { first, second, wins, losses, ties } of pairs) {
      const [win, loss, tie] = chances(params[first]! - params[second]!, hasTies ? Math.exp(params[systems]!) : 0);
      const mean = win - loss; // of ∂ log p / ∂s over what could be chosen
      const count = wins + losses + ties;
      // Scores of a win, a loss and a tie: along θ_first / 2 (−θ_second / 2), and along τ.
      add(wins, (1 - mean) / 2, -tie);
      add(losses, (-1 - mean) / 2, -tie);
      add(ties, -mean / 2, 1 - tie);
      const along = (count * (win + loss - mean ** 2)) / 4;
      addTo(information, along, (count * -mean * tie) / 2, count * tie * (1 - tie));

      function add(votes: number, score: number, tieScore: number): void {
        gradient[first]! += votes * score;
        gradient[second]! -= votes * score;
        if (hasTies) gradient[systems]! += votes * tieScore;
        addTo(scatter, votes * score ** 2, votes * score * tieScore, votes * tieScore ** 2);
      }
      function addTo(matrix: Matrix, own: number, cross: number, tieOwn: number): void {
        bump(matrix, first, first, own);
        bump(matrix, second, second, own);
        bump(matrix, first, second, -own);
        bump(matrix, second, first, -own);
        if (!hasTies) return;
        for (const [place, sign] of [
          [first, 1],
          [second, -1],
        ] as const) {
          bump(matrix, place, systems, sign * cross);
          bump(matrix, systems, place, sign * cross);
        }
        bump(matrix, systems, systems, tieOwn);
      }
    }
    // Strengths count but for a constant: a term along (1, …, 1) makes the matrix invertible and changes nothing across it.
    const weight = information.trace() / systems ** 2;
    for (let i = 0; i < systems; i++) {
      gradient[i]! -= prior * params[i]!;
      for (let j = 0; j < systems; j++) bump(information, i, j, weight + (i === j ? prior : 0));
    }
    return { gradient, information, scatter };
  }
}

/** How likely win, loss and tie are for a difference in strength, in nats. @source Davidson 1970, eq. 2.3. */
export function chances(difference: number, ties: number): readonly [win: number, loss: number, tie: number] {
  const top = Math.abs(difference) / 2;
  const [win, loss, tie] = [Math.exp(difference / 2 - top), Math.exp(-difference / 2 - top), ties * Math.exp(-top)];
  const sum = win + loss + tie;
  return [win / sum, loss / sum, tie / sum];
}

function bump(matrix: Matrix, row: number, column: number, by: number): void {
  matrix.set(row, column, matrix.get(row, column) + by);
}

function moved(from: Float64Array, step: readonly number[], length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(from, (value, i) => value + length * step[i]!);
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.map((value) => value - mean);
}

const ROUNDS = 100;
