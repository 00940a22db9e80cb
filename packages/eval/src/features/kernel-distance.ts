import { expectIntegers, fold, GenaiError, randomPermutation, split } from '@genai/core';
import { getBackend } from '@tensorflow/tfjs-core';
import { type Points, type Rows, rowsOf } from '../points.js';
import type { SampleMetric } from '../sample-metric.js';
import { reservoir } from './reservoir.js';
import { eachTile } from './row-products.js';
import { keptRows, pickRows } from './statistics-arrays.js';

/** The kernel (gamma x · y + coef0)^degree. */
export interface PolynomialKernelOptions {
  /** An integer of at least 1. Default 3. */
  readonly degree?: number;
  /** Default 1 / width. */
  readonly gamma?: number;
  /** Default 1. */
  readonly coef0?: number;
}

export interface KernelDistanceOptions extends PolynomialKernelOptions {
  /** Subsets that are compared. Default 100. */
  readonly subsets?: number;
  /** Rows of a subset on either side. Default 1,000. */
  readonly size?: number;
  /** Rows kept of either side at most. Default 10,000. */
  readonly keep?: number;
}

/**
 * The kernel distance: the squared maximum mean discrepancy under a cubic kernel, unbiased, as the mean over random subsets and its
 * deviation between them. Around 0 for equal distributions, below it at times; with Inception's features the KID.
 *
 * @example
 * const { figures } = await compareSamples({ samples, reference, metrics: { kernel: kernelDistance() }, key: key(0) });
 * figures.kernel.kernelDistance.value;
 * @throws GenaiError unless either side has `size` rows of one width.
 * @source Bińkowski et al. 2018, "Demystifying MMD GANs", section 4.
 */
export function kernelDistance({
  subsets = 100,
  size = 1_000,
  keep = 10_000,
  ...kernel
}: KernelDistanceOptions = {}): SampleMetric<'kernelDistance' | 'kernelDistanceDeviation'> {
  const where = 'kernelDistance';
  expectIntegers(where, { subsets });
  expectIntegers(where, { size }, 2);
  if (size > keep) throw new GenaiError(`${where}: size ${size} is more than the ${keep} rows kept. Raise keep.`);
  const { degree = 3, gamma, coef0 = 1 } = kernel;
  return {
    name: 'kernel-distance',
    settings: { subsets, size, degree, gamma: gamma ?? '1/width', coef0, keep },
    gather: reservoir(where, keep),
    compare: async (samples, reference, key) => {
      const real = keptRows(`${where}, the reference`, reference, size);
      const fake = keptRows(`${where}, the samples`, samples, size, real.width);
      const distances: number[] = [];
      for (let i = 0; i < subsets; i++) {
        const [forFake, forReal] = split(fold(key, i));
        const subset = (rows: Rows, from: typeof key): Rows =>
          pickRows(rows, randomPermutation(from, rows.count).subarray(0, size));
        distances.push(await distanceOfRows(subset(fake, forFake), subset(real, forReal), kernel));
      }
      const mean = distances.reduce((a, b) => a + b, 0) / subsets;
      const deviation = Math.sqrt(distances.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets);
      return {
        kernelDistance: { value: mean, better: 'lower' },
        kernelDistanceDeviation: { value: deviation },
      };
    },
  };
}

/**
 * The kernel distance of two sets, all rows against all: what {@link kernelDistance} takes the mean of. a: (m, width), b: (n, width).
 *
 * On a fast engine products of many rows are taken there, in float32; everything else is in double precision.
 *
 * @example
 * const distance = await kernelDistanceOf(fakeFeatures, realFeatures);
 * @throws GenaiError unless both are matrices of finite numbers, of one width, with at least two rows.
 */
export async function kernelDistanceOf(a: Points, b: Points, kernel: PolynomialKernelOptions = {}): Promise<number> {
  const first = await rowsOf('kernelDistanceOf', a, 2);
  return distanceOfRows(first, await rowsOf('kernelDistanceOf', b, 2, first.width), kernel);
}

/** Σ_{i ≠ j} k(aᵢ, aⱼ) / m (m − 1) + Σ_{i ≠ j} k(bᵢ, bⱼ) / n (n − 1) − 2 Σ k(aᵢ, bⱼ) / m n */
async function distanceOfRows(a: Rows, b: Rows, kernel: PolynomialKernelOptions): Promise<number> {
  const visit = polynomialOf(kernel, a.width);
  const sum = async (left: Rows, right: Rows): Promise<number> => {
    let total = 0;
    await eachTile(
      left,
      right,
      ({ top, start, rows, columns, values }) => {
        const weight = left === right && top !== start ? 2 : 1; // for its mirror
        let part = 0;
        for (let i = 0; i < rows * columns; i++) part += visit(values[i]!);
        if (left === right && top === start) for (let i = 0; i < rows; i++) part -= visit(values[i * (rows + 1)]!);
        total += weight * part;
      },
      { engine: getBackend() !== 'cpu' }, // which is slower than the host's double precision
    );
    return total;
  };
  const within = (await sum(a, a)) / (a.count * (a.count - 1)) + (await sum(b, b)) / (b.count * (b.count - 1));
  return within - (2 * (await sum(a, b))) / (a.count * b.count);
}

/** Of an inner product. */
export function polynomialOf(
  { degree = 3, gamma, coef0 = 1 }: PolynomialKernelOptions,
  width: number,
): (product: number) => number {
  expectIntegers('polynomial kernel', { degree });
  const factor = gamma ?? 1 / width;
  return (product) => {
    const base = factor * product + coef0;
    let power = base;
    for (let k = 1; k < degree; k++) power *= base; // faster than **
    return power;
  };
}
