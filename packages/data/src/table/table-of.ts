import { GenaiError } from '@genai/core';
import type { Table, TableColumn } from './table.js';

/** Values of one column: all that are not missing are numbers, or all are strings. */
export type ColumnValues = readonly (number | string | null | undefined)[];

/**
 * A table of columns by name: numbers make a column of numbers, strings one of categories; `null` and `undefined` are missing.
 *
 * @example
 * const table = tableOf({ species: ['owl', 'hen', null], grams: [480, 2_100, 1_950] });
 * @throws GenaiError if there is no column or row, a column has another length, no value, numbers beside strings, or a number
 * that is not finite.
 */
export function tableOf(columns: { readonly [name: string]: ColumnValues }): Table {
  return tableFrom(
    'tableOf',
    Object.entries(columns).map(([name, values]) => columnOf(name, values)),
  );
}

/** @throws GenaiError that names the place, unless the columns make a table. */
export function tableFrom(where: string, columns: readonly TableColumn[]): Table {
  const [first] = columns;
  if (!first) throw new GenaiError(`${where}: there are no columns. Pass at least one.`);
  const names = new Set<string>();
  for (const { name, values } of columns) {
    const label = JSON.stringify(name);
    if (names.has(name)) throw new GenaiError(`${where}: two columns are named ${label}. Give each a name of its own.`);
    names.add(name);
    if (values.length !== first.values.length) {
      throw new GenaiError(
        `${where}: column ${label} has ${values.length} values, ${JSON.stringify(first.name)} has ${first.values.length}. ` +
          'Pass columns of one length, null where a value is missing.',
      );
    }
    for (const [row, value] of values.entries()) {
      if (typeof value !== 'number' || Number.isFinite(value)) continue;
      throw new GenaiError(
        `${where}: column ${label} holds ${value} in row ${row}, expected finite numbers. Use null for what is missing.`,
      );
    }
  }
  return { length: first.values.length, columns };
}

function columnOf(name: string, values: ColumnValues): TableColumn {
  const known = values.map((value) => value ?? null);
  if (known.every((value) => value === null)) {
    throw new GenaiError(`tableOf: column ${JSON.stringify(name)} has no value in ${known.length} rows. Leave it out.`);
  }
  const isAll = <T extends number | string>(type: 'number' | 'string'): ((all: typeof known) => all is (T | null)[]) =>
    ((all: typeof known) => all.every((value) => value === null || typeof value === type)) as never;
  if (isAll<number>('number')(known)) return { name, kind: 'number', values: known };
  if (isAll<string>('string')(known)) return { name, kind: 'category', values: known };
  const kinds = [...new Set(known.flatMap((value) => (value === null ? [] : [typeof value])))].sort();
  throw new GenaiError(
    `tableOf: column ${JSON.stringify(name)} holds ${kinds.join(' and ')}, expected numbers alone or strings alone. Use String(value).`,
  );
}
