import { GenaiError } from '@genai/core';

/** What {@link densityOverlap} found. */
export interface DensityOverlap {
  /** ∫ min(p, q), 0 to 1: 1 for one distribution. */
  readonly overlappingArea: number;
  /** KL(p ‖ q) in nats. */
  readonly kl: number;
}

/**
 * How much the distributions of two lists of numbers overlap, by Gaussian kernel densities p and q with Scott's bandwidths.
 *
 * A bandwidth is at least a 500th of where the numbers lie, so that equal numbers have a density.
 *
 * @example
 * const { overlappingArea } = densityOverlap(ofReal, ofGenerated);
 * @throws GenaiError if a side is empty or holds what is no finite number.
 * @source Yang and Lerch 2020, "On the evaluation of generative models in music"; Scott 1992, "Multivariate density estimation" (n^(−1/5)).
 */
export function densityOverlap(a: ArrayLike<number>, b: ArrayLike<number>): DensityOverlap {
  const [x, y] = [Float64Array.from(a), Float64Array.from(b)];
  if (x.length === 0 || y.length === 0 || ![...x, ...y].every(Number.isFinite)) {
    throw new GenaiError(
      `densityOverlap: got ${x.length} and ${y.length} numbers, expected at least one finite number on each side and no other.`,
    );
  }
  const [low, high] = rangeOf(x, y);
  if (high === low) return { overlappingArea: 1, kl: 0 };
  const [p, q] = [kernels(x, high - low), kernels(y, high - low)];
  const margin = REACH * Math.max(p.bandwidth, q.bandwidth);
  const step = (high - low + 2 * margin) / STEPS;
  let [overlap, kl] = [0, 0];
  for (let i = 0; i <= STEPS; i++) {
    const at = low - margin + i * step;
    const [pAt, qAt] = [p.density(at), q.density(at)];
    overlap += Math.min(pAt, qAt) * step;
    if (pAt > 0) kl += pAt * Math.log(pAt / Math.max(qAt, Number.MIN_VALUE)) * step;
  }
  return { overlappingArea: Math.min(1, overlap), kl: Math.max(0, kl) };
}

/** Bandwidths beyond which a kernel is nothing. */
const REACH = 6;
const STEPS = 4_000;

type Kernels = { readonly bandwidth: number; readonly density: (at: number) => number };

function kernels(values: Float64Array, range: number): Kernels {
  const count = values.length;
  const mean = values.reduce((total, value) => total + value, 0) / count;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / Math.max(1, count - 1);
  const bandwidth = Math.max(Math.sqrt(variance) * count ** -0.2, range / 500);
  const scale = 1 / (count * bandwidth * Math.sqrt(2 * Math.PI));
  return {
    bandwidth,
    density: (at) => {
      let sum = 0;
      for (const value of values) sum += Math.exp(-0.5 * ((at - value) / bandwidth) ** 2);
      return sum * scale;
    },
  };
}

function rangeOf(...sides: readonly Float64Array[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const side of sides) for (const value of side) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}
