import { GenaiError } from '@genai/core';
import { isoDays } from './iso-date.js';
import { type Cell, parseCsv } from './parse-csv.js';
import type { Table, TableColumn } from './table.js';
import { tableFrom } from './table-of.js';

export interface ReadTableOptions {
  /** What stands between cells, one character; a comma unless given. */
  readonly separator?: string;
  /** What stands for a missing value; nothing, NA, NaN and null unless given. */
  readonly missing?: readonly string[];
  /** Columns of categories though all their values are numbers or dates: a postal code, say. */
  readonly categories?: readonly string[];
}

/**
 * A table from comma-separated values whose first line names the columns.
 *
 * A column whose values are all numbers (in decimal notation) is one of numbers, one of dates `YYYY-MM-DD` too (days since 1970-01-01,
 * written as dates again), every other one of categories, also one without a value. In a column of categories what is quoted is never
 * missing. Empty lines count as rows only where there is one column.
 *
 * @example
 * const table = readTable('species,grams\nowl,480\nhen,\n'); // the hen's weight is missing
 * @throws GenaiError if a line has another number of cells than the first, two columns have one name, a column has a number that is
 * not finite, a quote is not closed, or the text has no rows.
 * @source RFC 4180.
 */
export function readTable(
  text: string,
  { separator = ',', missing = ['', 'NA', 'NaN', 'null'], categories = [] }: ReadTableOptions = {},
): Table {
  const where = 'readTable';
  expectSeparator(where, separator);
  const [header, ...lines] = parseCsv(where, text, separator);
  if (!header) throw new GenaiError(`${where}: the text is empty, expected a line of names and rows below.`);
  const names = header.cells.map(({ text, quoted }) => (quoted ? text : text.trim()));
  const rows = names.length > 1 ? lines.filter(({ cells }) => cells.length > 1 || cells[0]!.text !== '') : lines;
  for (const { line, cells } of rows) {
    if (cells.length === names.length) continue;
    throw new GenaiError(
      `${where}: line ${line} has ${cells.length} cells, the first has ${names.length}. Is the separator ${JSON.stringify(separator)}?`,
    );
  }
  if (rows.length === 0) throw new GenaiError(`${where}: there are no rows below the names.`);
  for (const name of categories) {
    if (!names.includes(name))
      throw new GenaiError(`${where}: there is no column ${JSON.stringify(name)} for categories.`);
  }
  const absent = new Set(missing);
  return tableFrom(
    where,
    names.map((name, i) =>
      columnFrom(
        name,
        rows.map(({ cells }) => cells[i]!),
        absent,
        categories.includes(name),
      ),
    ),
  );
}

/** @throws GenaiError unless it is one character that has no other meaning in a table. */
export function expectSeparator(where: string, separator: string): void {
  if (separator.length === 1 && !'"\r\n'.includes(separator)) return;
  throw new GenaiError(
    `${where}: separator must be one character, no quote and no line end, got ${JSON.stringify(separator)}.`,
  );
}

/** A decimal number as programs write it. */
const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;

/** Numbers that are none of size: a column of numbers may hold them in other programs. */
const ENDLESS = /^\s*[+-]?inf(inity)?\s*$/i;

function columnFrom(
  name: string,
  cells: readonly Cell[],
  missing: ReadonlySet<string>,
  asCategory: boolean,
): TableColumn {
  const known = cells.filter(({ text }) => !missing.has(text));
  const isNumber = ({ text }: Cell): boolean => NUMBER.test(text);
  if (!asCategory && known.some(isNumber) && known.every((cell) => isNumber(cell) || ENDLESS.test(cell.text))) {
    const numberOf = ({ text }: Cell): number => (NUMBER.test(text) ? Number(text) : Number.POSITIVE_INFINITY);
    return { name, kind: 'number', values: cells.map((cell) => (missing.has(cell.text) ? null : numberOf(cell))) };
  }
  const daysOf = ({ text }: Cell): number | undefined => isoDays(text.trim());
  if (!asCategory && known.length > 0 && known.every((cell) => daysOf(cell) !== undefined)) {
    const values = cells.map((cell) => (missing.has(cell.text) ? null : daysOf(cell)!));
    return { name, kind: 'number', values, as: 'date' };
  }
  const values = cells.map(({ text, quoted }) => (!quoted && missing.has(text) ? null : text));
  return { name, kind: 'category', values };
}
