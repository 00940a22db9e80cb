import { isoDate } from './iso-date.js';
import { expectSeparator } from './read-table.js';
import type { Table } from './table.js';

/**
 * A table as comma-separated values, names in the first line: what {@link readTable} reads.
 *
 * Missing values are empty. Text is quoted where it must be: where it holds a separator, a quote, a line end or space at an end, or
 * would be read as missing. Columns of categories that look like numbers have to be named to `readTable` again.
 *
 * @example
 * await writeFile('synthetic.csv', writeTable(codec.decode(rows)));
 * @throws GenaiError if `separator` is not one character, or a date has a year of more than four digits.
 * @source RFC 4180.
 */
export function writeTable(
  { columns, length }: Table,
  { separator = ',' }: { readonly separator?: string } = {},
): string {
  expectSeparator('writeTable', separator);
  const cell = (value: string | number | null): string =>
    value === null ? '' : typeof value === 'number' ? String(value) : quoted(value, separator);
  const lines = [columns.map(({ name }) => cell(name)).join(separator)];
  const written = columns.map((column) =>
    column.kind === 'number' && column.as === 'date'
      ? column.values.map((days) => (days === null ? null : isoDate(days)))
      : column.values,
  );
  for (let row = 0; row < length; row++) lines.push(written.map((values) => cell(values[row]!)).join(separator));
  return `${lines.join('\n')}\n`;
}

function quoted(text: string, separator: string): string {
  const plain = !text.includes(separator) && !/["\r\n\uFEFF]|^\s|\s$|^(NA|NaN|null|)$/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
