import { expectIntegers, GenaiError } from '@genai/core';
import { stopGradient } from '@genai/tensor';
import {
  concat,
  cumsum,
  exp,
  fill,
  mul,
  reshape,
  slice,
  softmax,
  sub,
  type Tensor,
  unstack,
} from '@tensorflow/tfjs-core';
import type { Knots } from './rational-quadratic.js';
import { softClip } from './soft-clip.js';

/** How splines make bins of raw numbers. */
export interface SplineParts {
  /** The shares that bins have of the whole width, and of the whole height; positive, 1 together: (…, bins) → (…, bins). */
  readonly shares: (raw: Tensor) => Tensor;
  /** The slopes at knots, positive: (…, knots) → (…, knots). */
  readonly slopes: (raw: Tensor) => Tensor;
}

export interface SplineOptions extends Partial<SplineParts> {
  /** How many pieces; 8 unless given. */
  readonly bins?: number;
  /** Where the spline ends, at −bound and bound. */
  readonly bound?: number;
  /** No slope at a knot is below this or above its inverse, nor are the quotients of bins; 0.001 unless given. */
  readonly leastSlope?: number;
}

export const LEAST_SLOPE = 1e-3;

/** Checks the options of a spline, and fills in what is not given. */
export function splineParts(where: string, bins: number, bound: number, options: SplineOptions): SplineParts {
  const { leastSlope = LEAST_SLOPE } = options;
  expectIntegers(where, { bins });
  if (!(bound > 0 && bound < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`${where}: bound must be a positive number, got ${bound}.`);
  }
  if (!(leastSlope > 0 && leastSlope < 1)) {
    throw new GenaiError(`${where}: leastSlope must be a number between 0 and 1, got ${leastSlope}.`);
  }
  const limit = -Math.log(leastSlope);
  return {
    shares: options.shares ?? ((raw) => softmax(softClip(raw, limit / 2))),
    slopes: options.slopes ?? ((raw) => exp(softClip(raw, limit))),
  };
}

/** Where knots stand on ±bound, (rows, 2, bins + 1), from the shares of widths and heights, (rows, 2, bins). */
export function splinePlaces(shares: Tensor, bound: number): Tensor {
  const [rows, , bins] = shares.shape as [number, number, number];
  const upTo = slice(cumsum(shares, 2), [0, 0, 0], [rows, 2, bins - 1]);
  const inner = sub(mul(upTo, 2 * bound), bound); // (rows, 2, bins − 1)
  // The ends are exact: sums of shares are not.
  return concat([fill([rows, 2, 1], -bound), inner, fill([rows, 2, 1], bound)], 2);
}

/** Knots of these places, (rows, 2, bins + 1), and slopes, (rows, bins + 1). */
export function withSlopes(places: Tensor, slopes: Tensor): Knots {
  const [rows, , count] = places.shape as [number, number, number];
  const inner = slice(stopGradient(places), [0, 0, 1], [rows, 2, count - 2]);
  return {
    inner: unstack(inner, 1) as [Tensor, Tensor],
    all: concat([places, reshape(slopes, [rows, 1, count])], 1),
  };
}
