import { type ColumnDescription, isoDays, type Table, type TableColumn } from '@genai/data';
import { suggest } from '../../nearest.js';
import { UsageError } from '../../usage-error.js';

/** Columns that hold the same value in all `length` rows, from `column=value` each, of columns that a model is given. */
export function givenTable(assignments: readonly string[], known: readonly ColumnDescription[], length: number): Table {
  const columns = new Map<string, TableColumn>();
  for (const text of assignments) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--given takes column=value, got "${text}".`);
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    const column = known.find((column) => column.name === name);
    if (!column)
      throw new UsageError(`--given ${text}: the model is not given "${name}". ${suggest(name, names(known))}`);
    if (columns.has(name)) throw new UsageError(`--given names "${name}" twice. Say one value.`);
    columns.set(name, columnOf(column, value, length));
  }
  return { length, columns: [...columns.values()] };
}

/** The rows of a table with other values where `changes` has them. */
export function withColumns({ length, columns }: Table, changes: Table): Table {
  return { length, columns: columns.map((own) => changes.columns.find(({ name }) => name === own.name) ?? own) };
}

function columnOf(column: ColumnDescription, value: string, length: number): TableColumn {
  const { name } = column;
  const filled = <T>(value: T): T[] => new Array<T>(length).fill(value);
  if (value === '' && column.missing) return { ...kindOf(column), name, values: filled(null) };
  if (column.kind === 'category') {
    if (column.values.includes(value)) return { name, kind: 'category', values: filled(value) };
    throw new UsageError(`--given ${name}=${value}: unknown value. ${suggest(value, column.values)}`);
  }
  if (column.as === 'date') {
    const days = isoDays(value.trim());
    if (days !== undefined) return { name, kind: 'number', as: 'date', values: filled(days) };
    throw new UsageError(`--given ${name}=${value}: "${name}" is a column of dates, YYYY-MM-DD.`);
  }
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) {
    throw new UsageError(`--given ${name}=${value}: "${name}" is a column of numbers.`);
  }
  return { name, kind: 'number', values: filled(number) };
}

const names = (columns: readonly ColumnDescription[]): string[] => columns.map(({ name }) => name);

function kindOf(
  column: ColumnDescription,
): { readonly kind: 'category' } | { readonly kind: 'number'; readonly as?: 'date' } {
  return column.kind === 'category' ? { kind: 'category' } : { kind: 'number', ...(column.as && { as: column.as }) };
}
