import { meanOf } from '../mean-of.js';
import { known, type Table, type TableColumn } from './table.js';

/** How rows of tables become vectors. */
export interface TableFeatures {
  /** How many numbers a row becomes. */
  readonly width: number;
  /** How many of them are independent: categories of a column add up to one. */
  readonly independent: number;
  /** The rows of a table that has the columns of the reference. */
  readonly rowsOf: (table: Table) => Float64Array[];
}

/**
 * Features that tell what linear models of tables need, fixed by a reference table: numbers standardised, 0 where missing with an indicator beside if
 * the reference lacks some; categories as one number each, 1 at their own, missing as one more. Unknown categories are all zeros.
 */
export function tableFeatures(reference: Table, except?: string): TableFeatures {
  const parts = reference.columns.filter(({ name }) => name !== except).map(partOf);
  const sum = (key: 'width' | 'independent'): number => parts.reduce((total, part) => total + part[key], 0);
  const width = sum('width');
  return {
    width,
    independent: sum('independent'),
    rowsOf: ({ columns, length }) => {
      const rows = Array.from({ length }, () => new Float64Array(width));
      let at = 0;
      for (const { name, width: own, write } of parts) {
        const { values } = columns.find((column) => column.name === name)!;
        for (const [i, row] of rows.entries()) write(values[i]!, row, at);
        at += own;
      }
      return rows;
    },
  };
}

/** What one column becomes. */
type Part = {
  readonly name: string;
  readonly width: number;
  readonly independent: number;
  readonly write: (value: number | string | null, row: Float64Array, at: number) => void;
};

function partOf(column: TableColumn): Part {
  const { name } = column;
  if (column.kind === 'category') {
    const codes = new Map([...new Set<number | string | null>(column.values)].map((value, code) => [value, code]));
    return {
      name,
      width: codes.size,
      independent: codes.size - 1,
      write: (value, row, at) => {
        const code = codes.get(value);
        if (code !== undefined) row[at + code] = 1;
      },
    };
  }
  const values = known(column.values);
  const mean = values.length > 0 ? meanOf(values) : 0;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / Math.max(1, values.length);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 1;
  const gaps = values.length < column.values.length;
  return {
    name,
    width: gaps ? 2 : 1,
    independent: Number(variance > 0) + Number(gaps && values.length > 0),
    write: (value, row, at) => {
      if (value !== null) row[at] = ((value as number) - mean) * scale;
      else if (gaps) row[at + 1] = 1;
    },
  };
}
