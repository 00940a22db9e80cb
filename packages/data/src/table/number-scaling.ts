import { expectIntegers } from '@genai/core';
import { normalQuantile } from './normal-quantile.js';

/** How numbers of a column become features of about N(0, 1) and back, as data that can be kept in JSON. */
export type NumberScale =
  | { readonly kind: 'standard'; readonly mean: number; readonly deviation: number }
  /** Values, and the feature of each, both increasing. */
  | { readonly kind: 'quantiles'; readonly values: readonly number[]; readonly features: readonly number[] };

/** Learns a scale from the values of a column: finite, in order, at least one. */
export type NumberScaling = (sorted: Float64Array) => NumberScale;

/**
 * Features (value − mean) / deviation.
 *
 * @example
 * const codec = tableCodec(table, { numbers: standardized() });
 */
export function standardized(): NumberScaling {
  return (sorted) => {
    const [least, most] = [sorted[0]!, sorted.at(-1)!];
    if (least === most) return { kind: 'standard', mean: least, deviation: 1 }; // else rounding of the mean were all there is
    const mean = sorted.reduce((a, b) => a + b / sorted.length, 0);
    const furthest = Math.max(mean - least, most - mean); // squares of large numbers would overflow
    const share = sorted.reduce((a, b) => a + ((b - mean) / furthest) ** 2 / sorted.length, 0);
    return { kind: 'standard', mean, deviation: furthest * Math.sqrt(share) };
  };
}

/**
 * Features Φ⁻¹(F(value)), F the share of values below (those equal count half): normal whatever the column's own shape, long tails and
 * all. Between values it interpolates; what lies beyond those seen becomes the outermost.
 *
 * @param knots - how many values are remembered; 200 unless given.
 * @example
 * const codec = tableCodec(table, { numbers: quantileNormalized() });
 * @throws GenaiError unless `knots` is an integer of at least 2.
 * @source Conover and Iman 1981, "Rank transformations as a bridge between parametric and nonparametric statistics" (normal scores).
 */
export function quantileNormalized(knots = 200): NumberScaling {
  expectIntegers('quantileNormalized', { knots }, 2);
  return (sorted) => {
    const values: number[] = [];
    const features: number[] = [];
    const distinct: [value: number, share: number][] = [];
    for (let from = 0, to = 0; from < sorted.length; from = to) {
      while (to < sorted.length && sorted[to] === sorted[from]) to++;
      distinct.push([sorted[from]!, (from + to) / (2 * sorted.length)]);
    }
    const last = distinct.length - 1;
    const count = Math.min(knots, distinct.length);
    for (let k = 0; k < count; k++) {
      const [value, share] = distinct[count === 1 ? 0 : Math.round((k * last) / (count - 1))]!;
      values.push(value);
      features.push(normalQuantile(share));
    }
    return { kind: 'quantiles', values, features };
  };
}

/** The feature of a value. */
export function toFeature(scale: NumberScale, value: number): number {
  if (scale.kind === 'standard') return (value - scale.mean) / scale.deviation;
  return interpolated(scale.values, scale.features, value);
}

/** The value of a feature. */
export function toValue(scale: NumberScale, feature: number): number {
  if (scale.kind === 'standard') return scale.mean + feature * scale.deviation;
  return interpolated(scale.features, scale.values, feature);
}

/** The piecewise linear function through (xs, ys), xs increasing, constant beyond its ends. */
function interpolated(xs: readonly number[], ys: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (x <= xs[low]!) return ys[low]!;
  if (x >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const share = (x - xs[low]!) / (xs[high]! - xs[low]!);
  return ys[low]! * (1 - share) + ys[high]! * share;
}
