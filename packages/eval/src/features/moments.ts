import { GenaiError } from '@genai/core';
import { slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { breathing } from '../breathing.js';
import { isTensor, type Points, type Rows, rowsOf } from '../points.js';
import { addScatter, type Matrix, matrixOf, mirror } from './inner-products.js';
import { type BlockMoments, hasScatter, scatterOnEngine } from './scatter-on-engine.js';

/** Mean (width) and covariance (width, width), row after row, in double precision. */
export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/**
 * Gathers mean and covariance of rows in the memory of a few matrices (width, width), whatever their number.
 *
 * Rows are taken in blocks, each about its own mean, and blocks merged, so that means far from 0 cost no digits. Blocks have one
 * size: how rows came in batches changes nothing, to the last bit. Blocks of single precision are the engine's where it has a kernel.
 *
 * @source Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance", eq. 2.1.
 */
export class MomentsSum {
  readonly #where: string;
  #settled: Sum | undefined;
  #block: Rows['values'] = new Float64Array();
  #size = 0;
  #filled = 0;

  constructor(where: string) {
    this.#where = where;
  }

  get count(): number {
    return (this.#settled?.count ?? 0) + this.#filled;
  }

  get width(): number {
    return this.#settled?.mean.length ?? 0;
  }

  /** @throws GenaiError unless they are a matrix of finite numbers with at least `least` rows, as wide as those before. */
  async add(points: Points, least = 1): Promise<void> {
    const taken = await this.#addBlocks(points);
    if (taken === 0) return this.addRows(await rowsOf(this.#where, points, least));
    if (taken === (points as Tensor).shape[0]) return;
    const rest = slice(points as Tensor, [taken, 0]);
    try {
      const rows = await rowsOf(this.#where, rest).catch(() => rowsOf(this.#where, points)); // names the row
      await this.addRows(rows);
    } finally {
      rest.dispose();
    }
  }

  /** @throws GenaiError unless all rows have one width. */
  async addRows({ values, count, width }: Rows): Promise<void> {
    const settled = this.#begun(width);
    const breath = breathing();
    for (let from = 0; from < count; ) {
      const taken = Math.min(count - from, this.#size - this.#filled);
      const rows = values.subarray(from * width, (from + taken) * width);
      from += taken;
      if (taken === this.#size) {
        merge(settled, rows);
      } else {
        this.#keep(rows);
        if (this.#filled < this.#size) break;
        merge(settled, this.#block);
        this.#filled = 0;
      }
      if (breath.due()) await breath.take();
    }
  }

  /** The covariance is divided by count − 1. @throws GenaiError unless there were two rows. */
  result(): Moments {
    const { count, width } = this;
    if (count < 2) throw new GenaiError(`${this.#where}: got ${count} rows of ${width} numbers, expected at least 2.`);
    const { mean, scatter, count: settled } = this.#settled!;
    const sum = { count: settled, mean: mean.slice(), scatter: { ...scatter, values: scatter.values.slice() } };
    merge(sum, this.#block.subarray(0, this.#filled * width));
    for (let i = 0; i < sum.scatter.values.length; i++) sum.scatter.values[i]! /= count - 1;
    mirror(sum.scatter);
    return { mean: sum.mean, covariance: sum.scatter.values };
  }

  /** What was taken in, none at first. */
  #begun(width: number): Sum {
    this.#settled ??= { count: 0, mean: new Float64Array(width), scatter: matrixOf(width, width) };
    this.#size ||= hasScatter(width) ? engineBlockOf(width) : partOf(width);
    if (width === this.width) return this.#settled;
    throw new GenaiError(`${this.#where}: got rows of ${width} numbers, those before had ${this.width}.`);
  }

  /** Takes in the whole blocks of a tensor where they are, if that can be; tells how many rows that were. */
  async #addBlocks(points: Points): Promise<number> {
    if (!isTensor(points) || points.shape.length !== 2 || points.dtype !== 'float32') return 0;
    const [count, width] = points.shape as [number, number];
    if (!hasScatter(width) || this.#filled > 0) return 0;
    const settled = this.#begun(width);
    const breath = breathing();
    let taken = 0;
    for (; taken + this.#size <= count; taken += this.#size) {
      const block = scatterOnEngine(points, taken, this.#size);
      if (!block.mean.every(Number.isFinite)) await rowsOf(this.#where, points); // throws, and names the row
      mergeMoments(settled, this.#size, block);
      if (breath.due()) await breath.take();
    }
    return taken;
  }

  /** In the block, which is of single precision while all of its rows are. */
  #keep(rows: Rows['values']): void {
    const double = rows instanceof Float64Array;
    if (this.#filled === 0 && (this.#block.length === 0 || this.#block instanceof Float64Array !== double)) {
      this.#block = new (double ? Float64Array : Float32Array)(this.#size * this.width);
    } else if (double && !(this.#block instanceof Float64Array)) {
      this.#block = Float64Array.from(this.#block);
    }
    this.#block.set(rows, this.#filled * this.width);
    this.#filled += rows.length / this.width;
  }
}

/** Rows whose products the host takes together: of 2,048 numbers each, in some 50 ms, and of fewer in less. */
const partOf = (width: number): number => (width > 1_024 ? 128 : 256);

/** The same of the engine: some of those, of about a million numbers. */
const engineBlockOf = (width: number): number =>
  partOf(width) * Math.ceil(Math.min(4_096, 2 ** 20 / width) / partOf(width));

/** Σ (x − mean)(x − mean)ᵀ, on and right of the diagonal. */
type Sum = { count: number; readonly mean: Float64Array; readonly scatter: Matrix };

/** Takes in some rows: those of single precision by the engine, if it has what it takes. */
function merge(sum: Sum, values: Rows['values']): void {
  const width = sum.mean.length;
  if (values.length === 0) return;
  if (values instanceof Float32Array && hasScatter(width)) {
    const x = tensor2d(values, [values.length / width, width]);
    try {
      mergeMoments(sum, x.shape[0], scatterOnEngine(x, 0, x.shape[0]));
    } finally {
      x.dispose();
    }
  } else {
    const part = partOf(width) * width;
    for (let from = 0; from < values.length; from += part) {
      const some = Float64Array.from(values.subarray(from, from + part));
      const rows = some.length / width;
      const apart = addScatter({ values: some, rows, columns: width }, sum.mean, sum.scatter);
      mergeMeans(sum, rows, apart);
    }
  }
}

/** Takes in rows by their mean and their scatter about it. */
function mergeMoments(sum: Sum, rows: number, { mean, scatter }: BlockMoments): void {
  const { values } = sum.scatter;
  const width = mean.length;
  for (let j = 0; j < width; j++) {
    for (let k = j * (width + 1); k < (j + 1) * width; k++) values[k]! += scatter[k]!;
  }
  const apart = mean.map((value, j) => value - sum.mean[j]!);
  mergeMeans(sum, rows, apart);
}

/** Takes in rows whose mean lies `apart`, and whose scatter is in the sum. */
function mergeMeans(sum: Sum, rows: number, apart: Float64Array): void {
  const { count, mean } = sum;
  const { values } = sum.scatter;
  const width = mean.length;
  const total = count + rows;
  for (let j = 0; count > 0 && j < width; j++) {
    const factor = (apart[j]! * count * rows) / total;
    const row = j * width;
    for (let k = j; k < width; k++) values[row + k]! += factor * apart[k]!;
  }
  for (let j = 0; j < width; j++) mean[j]! += (apart[j]! * rows) / total;
  sum.count = total;
}
