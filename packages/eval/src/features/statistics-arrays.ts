import { GenaiError } from '@genai/core';
import type { Rows } from '../points.js';
import type { Statistics, StatisticsArray } from '../statistics.js';

/** How many rows statistics are of, as one of their arrays. */
export function countArray(count: number): StatisticsArray {
  return { shape: [], values: Float64Array.of(count) };
}

/** @throws GenaiError unless the statistics have that array. */
export function arrayOf(where: string, statistics: Statistics, name: string): StatisticsArray {
  const array = Object.hasOwn(statistics, name) ? statistics[name] : undefined;
  if (array) return array;
  const names = Object.keys(statistics).join(', ') || 'none';
  throw new GenaiError(
    `${where}: expected statistics with an array "${name}", got ${names}. Pass a reference, or what this metric gathered of one.`,
  );
}

/** The rows that a reservoir kept. @throws GenaiError unless there are at least `least`, `width` wide if that is given. */
export function keptRows(where: string, statistics: Statistics, least = 1, width?: number): Rows {
  const { shape, values } = arrayOf(where, statistics, 'rows');
  const rows = { values, count: shape[0]!, width: shape[1]! };
  if (rows.count >= least && (width === undefined || width === rows.width)) return rows;
  throw new GenaiError(
    `${where}: got ${rows.count} rows of ${rows.width} numbers, expected at least ${least} of ${width ?? 'at least one'}.`,
  );
}

/** Some rows, in the order of their numbers. */
export function pickRows({ values, width }: Rows, numbers: ArrayLike<number>): Rows {
  const picked = new (values instanceof Float32Array ? Float32Array : Float64Array)(numbers.length * width);
  for (let i = 0; i < numbers.length; i++) {
    picked.set(values.subarray(numbers[i]! * width, (numbers[i]! + 1) * width), i * width);
  }
  return { values: picked, count: numbers.length, width };
}

/** Views of rows, one by one. */
export function rowViews({ values, count, width }: Rows): readonly ArrayLike<number>[] {
  return Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width));
}
