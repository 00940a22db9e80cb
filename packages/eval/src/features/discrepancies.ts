import { fold, type Key, randomPermutation } from '@genai/core';
import type { Rows } from '../points.js';
import { addInnerProducts, matrixOf } from './inner-products.js';
import type { SampleKernel } from './pair-kernel.js';
import { eachTile, squaresOf } from './row-products.js';

export interface DiscrepanciesOptions {
  readonly kernel: SampleKernel;
  /** Whether pairs of a row with itself are left out. */
  readonly unbiased: boolean;
  /** Random divisions of all rows into two sides. */
  readonly permutations: number;
  readonly key: Key;
}

/**
 * The squared maximum mean discrepancy of two sides: E k(x, x′) + E k(y, y′) − 2 E k(x, y); first as they are, then for each
 * permutation. In the memory of a tile, not of all pairs.
 *
 * @source Gretton et al. 2012, "A kernel two-sample test", eq. 3 and 5.
 */
export async function discrepancies(
  a: Rows,
  b: Rows,
  { kernel, unbiased, permutations, key }: DiscrepanciesOptions,
): Promise<Float64Array> {
  const pooled = pool(a, b, kernel.ofDifference);
  const pair = await kernel.of(pooled);
  const squares = squaresOf(pooled);
  const count = a.count + b.count;
  const sides = permutations + 1;
  const isFirst = matrixOf(count, sides); // 1 where a row belongs to the first side
  for (let i = 0; i < a.count; i++) isFirst.values[i * sides] = 1;
  for (let p = 1; p < sides; p++) {
    for (const row of randomPermutation(fold(key, p), count).subarray(0, a.count)) isFirst.values[row * sides + p] = 1;
  }

  // Sums of k(i, j), i ≠ j: of all pairs with i, and of pairs within the first side.
  const others = new Float64Array(count);
  const withSelf = Float64Array.from(squares, (square) => pair(square, square, square));
  const within = new Float64Array(sides);
  await eachTile(pooled, pooled, ({ top, start, rows, columns, values }) => {
    const kernels = matrixOf(columns, rows);
    for (let c = 0; c < columns; c++) {
      const j = start + c;
      for (let r = 0; r < rows; r++) {
        const i = top + r;
        if (i === j) continue;
        const value = pair(values[c * rows + r]!, squares[i]!, squares[j]!);
        kernels.values[c * rows + r] = value;
        others[i]! += value;
        if (top !== start) others[j]! += value;
      }
    }
    const right = {
      values: isFirst.values.subarray(start * sides, (start + columns) * sides),
      rows: columns,
      columns: sides,
    };
    const sums = matrixOf(rows, sides);
    addInnerProducts(kernels, right, sums);
    const weight = top === start ? 1 : 2; // for its mirror
    for (let r = 0; r < rows; r++) {
      for (let p = 0; p < sides; p++) {
        within[p]! += weight * isFirst.values[(top + r) * sides + p]! * sums.values[r * sides + p]!;
      }
    }
  });

  const all = others.reduce((sum, value) => sum + value, 0);
  const allSelf = withSelf.reduce((sum, value) => sum + value, 0);
  const [m, n] = [a.count, b.count];
  return within.map((xx, p) => {
    let xAll = 0;
    let xSelf = 0;
    for (let i = 0; i < count; i++) {
      xAll += isFirst.values[i * sides + p]! * others[i]!;
      xSelf += isFirst.values[i * sides + p]! * withSelf[i]!;
    }
    const xy = xAll - xx;
    const yy = all - xx - 2 * xy;
    return unbiased
      ? xx / (m * (m - 1)) + yy / (n * (n - 1)) - (2 * xy) / (m * n)
      : (xx + xSelf) / (m * m) + (yy + allSelf - xSelf) / (n * n) - (2 * xy) / (m * n);
  });
}

/** How often a division into sides is as far apart as the first: the p-value of a permutation test. 1 without permutations. */
export function pValueOf(values: Float64Array): number {
  return values.filter((value) => value >= values[0]!).length / values.length; // itself among them
}

/** All rows in double precision, about their mean if `centred`. */
function pool(a: Rows, b: Rows, centred: boolean): Rows {
  const { width } = a;
  const values = new Float64Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  const count = a.count + b.count;
  if (centred) {
    const mean = new Float64Array(width);
    for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / count;
    for (let i = 0; i < values.length; i++) values[i]! -= mean[i % width]!;
  }
  return { values, count, width };
}
