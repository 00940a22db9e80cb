import { columnPairs, type Table } from './table.js';

/** What {@link uniqueRows} found. */
export interface UniqueRows {
  /** The share of synthetic rows that are different from all before them, 0 to 1. */
  readonly unique: number;
  /** The share that are no row of the training table, 0 to 1. */
  readonly novel: number;
  /** Those that are, by their rows. */
  readonly copied: Int32Array;
}

/**
 * Which share of a synthetic table's rows are distinct, and which are new: equal to no training row in all columns.
 *
 * @example
 * const { unique, novel } = uniqueRows(training, synthetic);
 * @throws GenaiError unless the tables have rows and the same columns.
 * @source "NewRowSynthesis" of SDMetrics, with exact matches.
 */
export function uniqueRows(training: Table, synthetic: Table): UniqueRows {
  const pairs = columnPairs('uniqueRows', training, synthetic);
  const rowsOf = (side: 'a' | 'b', length: number): string[] =>
    Array.from({ length }, (_, row) => JSON.stringify(pairs.map((pair) => pair[side][row])));
  const seen = new Set(rowsOf('a', training.length));
  const rows = rowsOf('b', synthetic.length);
  const copied = Int32Array.from(rows.flatMap((row, i) => (seen.has(row) ? [i] : [])));
  return { unique: new Set(rows).size / rows.length, novel: 1 - copied.length / rows.length, copied };
}
