import { scope } from '@genai/tensor';
import { add, concat, neg, reshape, slice, split, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';
import { inverseRationalQuadratic, type Knots, rationalQuadratic } from './rational-quadratic.js';
import { column, rowsOf } from './rows.js';
import { type SplineOptions, splineParts, splinePlaces, withSlopes } from './spline-parts.js';
import { wrap } from './wrap.js';

/**
 * A rational-quadratic spline of the circle, then a turn: for angles, in [−bound, bound), ±π unless given.
 *
 * Raw parameters are those of the widths, heights and slopes (bins each; the last slope is the first, so that the map is smooth
 * where the circle closes), and the turn in the unit of x; at 0 the map is the identity. x that differ by whole circles are the
 * same, and the way there and back is the identity up to them. Beside angles the base must be uniform on the circle, and nets
 * see cosines and sines.
 *
 * @example
 * const layer = coupling({ features: 2, map: circularRationalQuadraticMap({ bins: 16 }) });
 * @throws GenaiError if `bins` is not an integer of at least 1, or `bound` or `leastSlope` is out of range; when applied, if
 * the raw parameters are not 3 · bins + 1 for each element.
 * @source Rezende et al. 2020, "Normalizing flows on tori and spheres", section 2.1.2, eq. 8 to 10.
 */
export function circularRationalQuadraticMap(options: SplineOptions = {}): ScalarMap {
  const { bins = 8, bound = Math.PI } = options;
  const where = `circularRationalQuadraticMap(${bins})`;
  const { shares, slopes } = splineParts(where, bins, bound, options);
  const parameters = 3 * bins + 1;

  const parts = (x: Tensor, raw: Tensor): { knots: Knots; turn: Tensor } => {
    const [sizes, bends, turn] = split(rowsOf(where, x, raw, parameters), [2 * bins, bins, 1], 1) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const slope = slopes(bends);
    const closed = concat([slope, slice(slope, [0, 0], [x.size, 1])], 1); // (rows, bins + 1)
    return {
      knots: withSlopes(splinePlaces(shares(reshape(sizes, [x.size, 2, bins])), bound), closed),
      turn: wrap(turn, bound),
    };
  };
  return {
    parameters,
    forward: (x, raw) =>
      scope(() => {
        const { knots, turn } = parts(x, raw);
        const [y, logSlope] = rationalQuadratic(wrap(column(x), bound), knots);
        return { y: reshape(wrap(add(y, turn), bound), x.shape), logSlope: reshape(logSlope, x.shape) };
      }),
    inverse: (y, raw) =>
      scope(() => {
        const { knots, turn } = parts(y, raw);
        const [x, logSlope] = inverseRationalQuadratic(wrap(sub(column(y), turn), bound), knots);
        return { x: reshape(x, y.shape), logSlope: reshape(neg(logSlope), y.shape) };
      }),
  };
}
