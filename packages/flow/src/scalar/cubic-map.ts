import { scope } from '@genai/tensor';
import {
  add,
  clipByValue,
  concat,
  div,
  exp,
  minimum,
  mul,
  neg,
  reshape,
  sigmoid,
  slice,
  split,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';
import { cubic, inverseCubic } from './cubic.js';
import type { Knots } from './rational-quadratic.js';
import { column, rowsOf } from './rows.js';
import { softClip } from './soft-clip.js';
import { LEAST_SLOPE, type SplineOptions, splineParts, splinePlaces, withSlopes } from './spline-parts.js';

/**
 * A monotone cubic spline on [−bound, bound], ±5 unless given, continued by straight lines of the slopes that it ends with: a
 * third fewer raw parameters than {@link rationalQuadraticMap}, for slopes inside follow from the bins.
 *
 * Raw parameters are those of the widths (bins), of the heights (bins) and of the slopes at both ends; at 0 the map is the
 * identity. Slopes at inner knots are Steffen's, which keep a cubic monotone; those at the ends are up to twice that of the last bins.
 * The inverse finds all digits of float32: x to 2⁻²¹ · bound / slope.
 *
 * @example
 * const layer = coupling({ features: 2, map: cubicMap({ bins: 16 }) });
 * @throws GenaiError if `bins` is not an integer of at least 1, or `bound` or `leastSlope` is out of range; when applied, if
 * the raw parameters are not 2 · bins + 2 for each element.
 * @source Durkan et al. 2019, "Cubic-spline flows", section 3; Steffen 1990, "A simple method for monotonic interpolation in one
 * dimension", eq. 8 to 11.
 */
export function cubicMap(options: Omit<SplineOptions, 'slopes'> = {}): ScalarMap {
  const { bins = 8, bound = 5, leastSlope = LEAST_SLOPE } = options;
  const where = `cubicMap(${bins})`;
  const { shares } = splineParts(where, bins, bound, options);
  const parameters = 2 * bins + 2;
  const limit = -Math.log(leastSlope);

  const knotsOf = (x: Tensor, raw: Tensor): Knots => {
    const rows = x.size;
    const [sizes, bends] = split(rowsOf(where, x, raw, parameters), [2 * bins, 2], 1) as [Tensor, Tensor];
    const places = splinePlaces(shares(reshape(sizes, [rows, 2, bins])), bound); // (rows, 2, bins + 1)
    const ends = mul(sigmoid(softClip(bends, limit)), 2); // as multiples of the slopes of the first and the last bin
    return withSlopes(places, steffenSlopes(places, ends));
  };
  return {
    parameters,
    forward: (x, raw) =>
      scope(() => {
        const at = column(x);
        const near = clipByValue(at, -bound, bound);
        const [y, logSlope] = cubic(near, knotsOf(x, raw));
        // Outside, the slope is that of the end.
        return {
          y: reshape(add(y, mul(sub(at, near), exp(logSlope))), x.shape),
          logSlope: reshape(logSlope, x.shape),
        };
      }),
    inverse: (y, raw) =>
      scope(() => {
        const at = column(y);
        const near = clipByValue(at, -bound, bound);
        const [x, logSlope] = inverseCubic(near, knotsOf(y, raw));
        return {
          x: reshape(add(x, div(sub(at, near), exp(logSlope))), y.shape),
          logSlope: reshape(neg(logSlope), y.shape),
        };
      }),
  };
}

/** Slopes at all knots, (rows, bins + 1), of places, (rows, 2, bins + 1), and of the ends' own, (rows, 2). */
function steffenSlopes(places: Tensor, ends: Tensor): Tensor {
  const [rows, , count] = places.shape as [number, number, number];
  const bins = count - 1;
  const sizes = sub(slice(places, [0, 0, 1], [rows, 2, bins]), slice(places, [0, 0, 0], [rows, 2, bins]));
  const [width, height] = split(sizes, 2, 1).map((size) => reshape(size, [rows, bins])) as [Tensor, Tensor];
  const s = div(height, width); // (rows, bins)
  const inner = (x: Tensor, from: number): Tensor => slice(x, [0, from], [rows, bins - 1]);
  const [before, after] = [inner(s, 0), inner(s, 1)];
  const [wide, next] = [inner(width, 0), inner(width, 1)];
  const parabola = div(add(mul(before, next), mul(after, wide)), add(wide, next)); // eq. 8
  const bent = minimum(mul(minimum(before, after), 2), parabola); // eq. 11
  const outer = mul(ends, concat([slice(s, [0, 0], [rows, 1]), slice(s, [0, bins - 1], [rows, 1])], 1));
  const [first, last] = split(outer, 2, 1) as [Tensor, Tensor];
  return concat([first, bent, last], 1);
}
