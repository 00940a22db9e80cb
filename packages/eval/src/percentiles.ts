import type { Interval } from './figure.js';

/** The middle `level` of resampled values, which are sorted in place. */
export function percentiles(values: Float64Array, level: number): Interval {
  values.sort();
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2), level };
}

/** The value that `share` of the sorted ones lie below; between neighbours linearly, as numpy does. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const rest = place - below;
  return rest === 0 ? sorted[below]! : sorted[below]! * (1 - rest) + sorted[below + 1]! * rest;
}
