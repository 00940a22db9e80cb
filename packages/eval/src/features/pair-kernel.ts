import { GenaiError } from '@genai/core';
import type { Rows } from '../points.js';
import { type PolynomialKernelOptions, polynomialOf } from './kernel-distance.js';
import { eachTile, squaresOf } from './row-products.js';
import { pickRows } from './statistics-arrays.js';

/** How alike two rows are, of their inner product and their squared lengths. */
export type PairKernel = (product: number, squareA: number, squareB: number) => number;

/** A kernel of samples, as a value. */
export interface SampleKernel {
  /** For the signature. */
  readonly settings: { readonly [name: string]: string | number };
  /** Whether it looks at differences only: rows are then taken about their mean, which saves digits. */
  readonly ofDifference: boolean;
  /** Given all rows of both sides, from which it may take its scale. */
  readonly of: (pooled: Rows) => Promise<PairKernel>;
}

/**
 * exp(−‖x − y‖² / 2σ²), or its mean over several bandwidths σ. Without one σ is the median distance of a pair among both sides, of at most
 * 1,000 rows.
 *
 * @example
 * const metric = maximumMeanDiscrepancy({ kernel: gaussianKernel([1, 2, 4, 8]) });
 * @throws GenaiError unless bandwidths are above 0.
 * @source Gretton et al. 2012, "A kernel two-sample test", sections 2 and 8.
 */
export function gaussianKernel(bandwidths: readonly number[] = []): SampleKernel {
  const bad = bandwidths.find((bandwidth) => !(bandwidth > 0 && bandwidth < Number.POSITIVE_INFINITY));
  if (bad !== undefined) throw new GenaiError(`gaussianKernel: bandwidths must be above 0, got ${bad}.`);
  return {
    settings: { kernel: 'gaussian', bandwidths: bandwidths.join(' ') || 'median' },
    ofDifference: true,
    of: async (pooled) => {
      const factors = (bandwidths.length > 0 ? bandwidths : [await medianDistance(pooled)]).map(
        (x) => -1 / (2 * x * x),
      );
      return (product, squareA, squareB) => {
        const squared = Math.max(0, squareA + squareB - 2 * product);
        let total = 0;
        for (const factor of factors) total += Math.exp(factor * squared);
        return total / factors.length;
      };
    },
  };
}

/**
 * (gamma x · y + coef0)^degree, by default as {@link kernelDistance} has it.
 *
 * @example
 * const metric = maximumMeanDiscrepancy({ kernel: polynomialKernel({ degree: 2 }) });
 */
export function polynomialKernel({ degree = 3, gamma, coef0 = 1 }: PolynomialKernelOptions = {}): SampleKernel {
  return {
    settings: { kernel: 'polynomial', degree, gamma: gamma ?? '1/width', coef0 },
    ofDifference: false,
    of: async ({ width }) => polynomialOf({ degree, ...(gamma !== undefined && { gamma }), coef0 }, width),
  };
}

/** −‖x − y‖: what makes of a discrepancy the energy distance. */
export const negativeDistance: SampleKernel = {
  settings: {},
  ofDifference: true,
  of: async () => (product, squareA, squareB) => -Math.sqrt(Math.max(0, squareA + squareB - 2 * product)),
};

const MOST = 1_000;

/** Of each pair of rows; of evenly spaced ones if there are many. */
async function medianDistance(pooled: Rows): Promise<number> {
  const count = Math.min(MOST, pooled.count);
  const rows = pickRows(
    pooled,
    Array.from({ length: count }, (_, i) => Math.floor((i * pooled.count) / count)),
  );
  const squares = squaresOf(rows);
  const distances = new Float64Array((count * (count - 1)) / 2);
  let found = 0;
  await eachTile(rows, rows, ({ top, start, rows: height, columns, values }) => {
    for (let c = 0; c < columns; c++) {
      for (let r = 0; r < height && top + r < start + c; r++) {
        distances[found++] = squares[top + r]! + squares[start + c]! - 2 * values[c * height + r]!;
      }
    }
  });
  distances.sort();
  const middle = (distances.length - 1) / 2;
  const [low, high] = [Math.floor(middle), Math.ceil(middle)].map((i) => Math.sqrt(Math.max(0, distances[i] ?? 0)));
  const median = (low! + high!) / 2;
  if (median > 0) return median;
  throw new GenaiError(
    'gaussianKernel: half of the rows or more are equal, so the median distance is 0. Pass bandwidths.',
  );
}
