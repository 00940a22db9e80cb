import { GenaiError } from '@genai/core';
import type { Table, TableColumn } from './table.js';

/**
 * The rows with these numbers, in this order; a number may stand more than once.
 *
 * @example
 * const order = randomPermutation(key(0), table.length);
 * const train = selectRows(table, order.slice(0, 200));
 * @throws GenaiError if there is no such row, or none is asked for.
 */
export function selectRows({ columns, length }: Table, rows: ArrayLike<number>): Table {
  const numbers = Array.from(rows);
  if (numbers.length === 0) throw new GenaiError('selectRows: no row is asked for. A table has at least one.');
  for (const row of numbers) {
    if (Number.isInteger(row) && row >= 0 && row < length) continue;
    throw new GenaiError(`selectRows: there is no row ${row}; the last of ${length} is ${length - 1}.`);
  }
  const selected = columns.map((column) => ({ ...column, values: numbers.map((row) => column.values[row]!) }));
  return { length: numbers.length, columns: selected as readonly TableColumn[] };
}
