import { stack, type Tensor, unstack } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { withGradient } from './with-gradient.js';

/** Monotone splines of as many bins, the identity beyond ±`bound`. */
export type RationalQuadraticSpline = {
  readonly bins: number;
  readonly bound: number;
  /** No slope at a knot is below this or above its inverse, nor are the quotients of bins. */
  readonly leastSlope: number;
  /** From y to x. */
  readonly inverse: boolean;
};

/**
 * Elements moved by rational-quadratic splines, each by one of its own, on engines that have it; undefined on the others.
 *
 * x: (…), raw: (…, 3 · bins − 1), the numbers that widths, heights and inner slopes are made of by soft clipping, a softmax and
 * exponentials. `plain` is the same composed, and gives the higher derivatives.
 *
 * @returns where the elements are moved, and the logarithms of slopes: (…) each.
 * @source Durkan et al. 2019, "Neural spline flows", eq. 4 to 8.
 */
export function rationalQuadraticSpline(
  x: Tensor,
  raw: Tensor,
  spline: RationalQuadraticSpline,
  plain: (x: Tensor, raw: Tensor) => readonly [moved: Tensor, logSlope: Tensor],
): [moved: Tensor, logSlope: Tensor] | undefined {
  const { bins, bound, leastSlope, inverse } = spline;
  if (bins > MOST_BINS || leastSlope < LEAST || !isFused('GenaiSpline', x, raw)) return undefined;
  const attributes = { bins, bound, limit: -Math.log(leastSlope), inverse };
  const both = withGradient([x, raw], {
    forward: (x, raw) => ({ value: runFused('GenaiSpline', { x: x!, raw: raw! }, attributes)[0]! }), // (2, …)
    backward: (dy, [x, raw]) => runFused('GenaiSplineGrad', { dy, x: x!, raw: raw! }, attributes),
    plain: ([x, raw]) => stack([...plain(x!, raw!)]),
  });
  return unstack(both) as [Tensor, Tensor];
}

/** More do not fit the space of a thread. */
const MOST_BINS = 64;
/** Exponentials of raw numbers clipped by less are no floats. */
const LEAST = 1e-30;
