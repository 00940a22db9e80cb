import { expectShape, rationalQuadraticSpline, scope } from '@genai/tensor';
import { add, clipByValue, concat, mul, neg, ones, reshape, split, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';
import { inverseRationalQuadratic, type Knots, rationalQuadratic } from './rational-quadratic.js';
import { column } from './rows.js';
import { inside } from './spline-bins.js';
import { LEAST_SLOPE, type SplineOptions, splineParts, splinePlaces, withSlopes } from './spline-parts.js';

/**
 * A monotone rational-quadratic spline on [−bound, bound], ±5 unless given, and the identity elsewhere: the map of neural spline
 * flows.
 *
 * Raw parameters are those of the widths (bins), of the heights (bins) and of the slopes at the inner knots (bins − 1); at 0
 * the map is the identity. They are clipped softly, so that no raw number leads to a map that float32 cannot invert; `shares` and
 * `slopes` replace that. The way there and back is exact but for the rounding of y: x is found to 2⁻²² · bound / slope.
 *
 * @example
 * const layer = coupling({ features: 2, map: rationalQuadraticMap({ bins: 16, bound: 4 }) });
 * const ofThePaper = rationalQuadraticMap({ // softplus for slopes, no bin smaller than 1/1000 of all
 *   shares: (raw) => add(mul(softmax(raw), 1 - 8e-3), 1e-3),
 *   slopes: (raw) => add(softplus(raw), 1e-3),
 * });
 * @throws GenaiError if `bins` is not an integer of at least 1, or `bound` or `leastSlope` is out of range; when applied, if
 * the raw parameters are not 3 · bins − 1 for each element.
 * @source Durkan et al. 2019, "Neural spline flows", eq. 4 to 8; soft clipping as in zuko (Rozet et al. 2022).
 */
export function rationalQuadraticMap(options: SplineOptions = {}): ScalarMap {
  const { bins = 8, bound = 5, leastSlope = LEAST_SLOPE } = options;
  const where = `rationalQuadraticMap(${bins})`;
  const { shares, slopes } = splineParts(where, bins, bound, options);
  const parameters = 3 * bins - 1;
  const ofOurs = options.shares === undefined && options.slopes === undefined; // which engines may have a kernel for

  const knots = (raw: Tensor): Knots => {
    const rows = raw.shape[0]!;
    const [sizes, bends] = split(raw, [2 * bins, bins - 1], 1) as [Tensor, Tensor];
    const one = ones([rows, 1]); // the slope of the tails
    return withSlopes(
      splinePlaces(shares(reshape(sizes, [rows, 2, bins])), bound),
      concat([one, slopes(bends), one], 1),
    );
  };
  const composed = (x: Tensor, raw: Tensor, inverse: boolean): Moved => {
    const at = column(x);
    const move = inverse ? inverseRationalQuadratic : rationalQuadratic;
    const [moved, logSlope] = move(clipByValue(at, -bound, bound), knots(reshape(raw, [x.size, parameters])));
    const within = inside(at, bound);
    return [
      reshape(add(mul(within, moved), mul(sub(1, within), at)), x.shape),
      reshape(mul(within, inverse ? neg(logSlope) : logSlope), x.shape),
    ];
  };
  const move = (x: Tensor, raw: Tensor, inverse: boolean): Moved => {
    expectShape(`${where}, the raw parameters`, raw, [...x.shape, parameters]);
    const plain = (x: Tensor, raw: Tensor): Moved => composed(x, raw, inverse);
    const fused = ofOurs && rationalQuadraticSpline(x, raw, { bins, bound, leastSlope, inverse }, plain);
    return fused || plain(x, raw);
  };
  return {
    parameters,
    forward: (x, raw) =>
      scope(() => {
        const [y, logSlope] = move(x, raw, false);
        return { y, logSlope };
      }),
    inverse: (y, raw) =>
      scope(() => {
        const [x, logSlope] = move(y, raw, true);
        return { x, logSlope };
      }),
  };
}

type Moved = [moved: Tensor, logSlope: Tensor];
