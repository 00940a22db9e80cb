import { GenaiError } from '@genai/core';
import { breathing } from '../breathing.js';
import type { Rows } from '../points.js';
import { addScatter, type Matrix, matrixOf, mirror } from './inner-products.js';

/** Mean (width) and covariance (width, width), row after row, in double precision. */
export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Rows whose products are taken together: of 2,048 numbers each, in some 50 ms, and of fewer in less. */
const blockOf = (width: number): number => (width > 1_024 ? 128 : 256);

/**
 * Gathers mean and covariance of rows in the memory of a few matrices (width, width), whatever their number.
 *
 * Rows are taken in blocks, each about its own mean, and blocks merged, so that means far from 0 cost no digits. Blocks have one
 * size: how rows came in batches changes nothing, to the last bit.
 *
 * @source Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance", eq. 2.1.
 */
export class MomentsSum {
  readonly #where: string;
  #settled: Sum | undefined;
  #block: Matrix = matrixOf(0, 0);
  #filled = 0;

  constructor(where: string) {
    this.#where = where;
  }

  get count(): number {
    return (this.#settled?.count ?? 0) + this.#filled;
  }

  get width(): number {
    return this.#block.columns;
  }

  /** @throws GenaiError unless all rows have one width. */
  async add({ values, count, width }: Rows): Promise<void> {
    if (this.width === 0) {
      this.#block = matrixOf(blockOf(width), width);
      this.#settled = { count: 0, mean: new Float64Array(width), scatter: matrixOf(width, width) };
    }
    if (width !== this.width) {
      throw new GenaiError(`${this.#where}: got rows of ${width} numbers, those before had ${this.width}.`);
    }
    const breath = breathing();
    for (let from = 0; from < count; ) {
      const taken = Math.min(count - from, this.#block.rows - this.#filled);
      this.#block.values.set(values.subarray(from * width, (from + taken) * width), this.#filled * width);
      from += taken;
      this.#filled += taken;
      if (this.#filled < this.#block.rows) break;
      merge(this.#settled!, this.#block.values, this.#filled);
      this.#filled = 0;
      if (breath.due()) await breath.take();
    }
  }

  /** The covariance is divided by count − 1. @throws GenaiError unless there were two rows. */
  result(): Moments {
    const { count, width } = this;
    if (count < 2) throw new GenaiError(`${this.#where}: got ${count} rows of ${width} numbers, expected at least 2.`);
    const { mean, scatter, count: settled } = this.#settled!;
    const sum = { count: settled, mean: mean.slice(), scatter: { ...scatter, values: scatter.values.slice() } };
    merge(sum, this.#block.values.subarray(0, this.#filled * width), this.#filled);
    for (let i = 0; i < sum.scatter.values.length; i++) sum.scatter.values[i]! /= count - 1;
    mirror(sum.scatter);
    return { mean: sum.mean, covariance: sum.scatter.values };
  }
}

/** Σ (x − mean)(x − mean)ᵀ, on and right of the diagonal. */
type Sum = { count: number; readonly mean: Float64Array; readonly scatter: Matrix };

/** Takes in some rows. */
function merge(sum: Sum, values: Float64Array, rows: number): void {
  if (rows === 0) return;
  const { count, mean, scatter } = sum;
  const width = mean.length;
  const total = count + rows;
  const apart = addScatter({ values, rows, columns: width }, mean, scatter); // mean of the rows − mean
  for (let j = 0; count > 0 && j < width; j++) {
    const factor = (apart[j]! * count * rows) / total;
    const row = j * width;
    for (let k = j; k < width; k++) scatter.values[row + k]! += factor * apart[k]!;
  }
  for (let j = 0; j < width; j++) mean[j]! += (apart[j]! * rows) / total;
  sum.count = total;
}
