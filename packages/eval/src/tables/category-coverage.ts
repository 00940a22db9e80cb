import { columnPairs, known, type Table } from './table.js';

/** How much of a real column a synthetic one covers. */
export interface ColumnCoverage {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** The share of the real categories that occur, of the real range that lies between the least and the greatest number, 0 to 1. */
  readonly covered: number;
  /** The real categories that do not occur; of numbers none. */
  readonly lacking: readonly string[];
}

/**
 * Which categories of a real table a synthetic one lacks, and how much of each range of numbers it leaves out, column by column.
 *
 * What is missing does not count. A column that has no real value is covered.
 *
 * @example
 * const gaps = categoryCoverage(real, synthetic).filter(({ covered }) => covered < 1);
 * @throws GenaiError unless the tables have rows and the same columns.
 * @source "CategoryCoverage" and "RangeCoverage" of SDMetrics.
 */
export function categoryCoverage(real: Table, synthetic: Table): ColumnCoverage[] {
  return columnPairs('categoryCoverage', real, synthetic).map((pair) => {
    const { name, kind } = pair;
    if (kind === 'number') return { name, kind, covered: rangeCovered(known(pair.a), known(pair.b)), lacking: [] };
    const all = [...new Set(known(pair.a))];
    const found = new Set(pair.b);
    const lacking = all.filter((value) => !found.has(value));
    return { name, kind, covered: all.length > 0 ? 1 - lacking.length / all.length : 1, lacking };
  });
}

function rangeCovered(real: readonly number[], synthetic: readonly number[]): number {
  if (real.length === 0) return 1;
  const [low, high] = rangeOf(real);
  const [from, to] = rangeOf(synthetic);
  if (high === low) return Number(from <= low && low <= to);
  return Math.max(0, Math.min(high, to) - Math.max(low, from)) / (high - low);
}

function rangeOf(values: readonly number[]): [least: number, greatest: number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  return [least, greatest];
}
