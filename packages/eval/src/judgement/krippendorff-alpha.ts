import { GenaiError } from '@genai/core';
import { type BootstrapOptions, bootstrap } from '../bootstrap.js';
import type { Figure } from '../figure.js';

/** What a difference between two values means: none but being another, an order, a distance, a distance beside their size. */
export type MeasurementLevel = 'nominal' | 'ordinal' | 'interval' | 'ratio';

export interface KrippendorffAlphaOptions {
  readonly level: MeasurementLevel;
  /** Gives an interval, by drawing items with replacement. */
  readonly bootstrap?: BootstrapOptions;
}

/**
 * Krippendorff's alpha: how far raters agree beyond chance. 1 is agreement, 0 chance; above 0.8 conclusions are safe, he says, above
 * 0.667 tentative ones.
 *
 * ratings: of each item the values it was given, by however many raters, in any order; `undefined` where one gave none. Items with
 * fewer than two values tell nothing and are passed over. Values are numbers, of the level `nominal` also names.
 *
 * @example
 * krippendorffAlpha([[1, 1], [2, 3], [3, 3, 4]], { level: 'ordinal' }).value;
 * @throws GenaiError unless some item has two values, values differ, and they are numbers where the level takes them.
 * @source Krippendorff 2011, "Computing Krippendorff's alpha-reliability".
 */
export function krippendorffAlpha(
  ratings: readonly (readonly (number | string | undefined)[])[],
  { level, bootstrap: resampling }: KrippendorffAlphaOptions,
): Figure {
  const items = ratings.map((row) => row.filter((value) => value !== undefined)).filter(({ length }) => length > 1);
  if (items.length === 0) {
    throw new GenaiError('krippendorffAlpha: no item has two ratings. Have several raters judge the same ones.');
  }
  const values = [...new Set(items.flat())];
  if (level !== 'nominal') {
    const wrong = values.find((value) => !Number.isFinite(value) || (level === 'ratio' && Number(value) < 0));
    if (wrong !== undefined) {
      throw new GenaiError(
        `krippendorffAlpha: got ${JSON.stringify(wrong)}, expected ${level === 'ratio' ? 'numbers of at least 0' : 'finite numbers'} for the level ${level}.`,
      );
    }
    values.sort((a, b) => Number(a) - Number(b));
  }
  if (values.length === 1) {
    throw new GenaiError(`krippendorffAlpha: all ratings are ${values[0]}: without variation alpha is not defined.`);
  }
  const places = new Map(values.map((value, i) => [value, i]));
  const rows = items.map((row) => row.map((value) => places.get(value)!));
  const numbers = level === 'nominal' ? [] : values.map(Number);
  const interval =
    resampling &&
    bootstrap(
      rows.length,
      (drawn) =>
        alpha(
          Array.from(drawn, (i) => rows[i]!),
          numbers,
          values.length,
          level,
        ),
      resampling,
    );
  return { value: alpha(rows, numbers, values.length, level), better: 'higher', ...(interval && { interval }) };
}

/** 1 − D_o / D_e; 0 for a resample without variation, which shows no agreement. */
function alpha(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  count: number,
  level: MeasurementLevel,
): number {
  const together = new Float64Array(count * count); // o_ck: pairs of values within items, each item's weighing its number
  for (const row of rows) {
    for (const [i, a] of row.entries()) {
      for (const [j, b] of row.entries()) if (i !== j) together[a * count + b]! += 1 / (row.length - 1);
    }
  }
  const totals = Float64Array.from({ length: count }, (_, a) =>
    together.subarray(a * count, (a + 1) * count).reduce((x, y) => x + y, 0),
  );
  const all = totals.reduce((x, y) => x + y, 0);
  const difference = squaredDifference(level, values, totals);
  let [observed, expected] = [0, 0];
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      const squared = difference(a, b);
      observed += together[a * count + b]! * squared;
      expected += totals[a]! * totals[b]! * squared;
    }
  }
  return expected === 0 ? 0 : 1 - ((all - 1) * observed) / expected;
}

/** δ² between the values at two places, the second the lower. */
function squaredDifference(
  level: MeasurementLevel,
  values: readonly number[],
  totals: Float64Array,
): (a: number, b: number) => number {
  switch (level) {
    case 'nominal':
      return () => 1;
    case 'ordinal': {
      // How many ratings lie between the middles of both.
      const middles = new Float64Array(totals.length);
      let below = 0;
      for (const [i, total] of totals.entries()) {
        middles[i] = below + total / 2;
        below += total;
      }
      return (a, b) => (middles[a]! - middles[b]!) ** 2;
    }
    case 'interval':
      return (a, b) => (values[a]! - values[b]!) ** 2;
    case 'ratio':
      return (a, b) => ((values[a]! - values[b]!) / (values[a]! + values[b]!)) ** 2;
  }
}
