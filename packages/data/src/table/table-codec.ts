import { expectIntegers, GenaiError } from '@genai/core';
import { type NumberScaling, standardized, toFeature, toValue } from './number-scaling.js';
import type { Table, TableColumn } from './table.js';
import { type ColumnDescription, describedTable, MOST_DECIMALS, type TableDescription } from './table-description.js';
import { tableFrom } from './table-of.js';

export interface TableCodecOptions {
  /** How numbers are scaled; {@link standardized} unless given, {@link quantileNormalized} for long tails. */
  readonly numbers?: NumberScaling;
  /** The columns to learn, in this order; all unless given. */
  readonly columns?: readonly string[];
  /** A column with more categories is refused: names and free text are no categories. 100 unless given. */
  readonly mostCategories?: number;
}

/**
 * Features of one column, side by side in a row. A `number` of width 1 is its scaled value; one of width 2 has a flag behind, 1 where it
 * is missing, the value then 0. A `category` has a place for each category, and one for "missing" behind where that occurs: one 1, zeros else.
 */
export type TableFeatures = { readonly name: string; readonly kind: 'number' | 'category'; readonly width: number };

/** Rows of a table to rows of numbers and back. */
export interface TableCodec {
  /** Numbers in a row. */
  readonly width: number;
  /** What stands where in a row, from left to right. */
  readonly layout: readonly TableFeatures[];
  /**
   * The features of all rows, (rows, width), as `fromArrays` takes them.
   * @throws GenaiError if a column is not there or of another kind, or a category or a missing value was not seen when learning.
   */
  readonly encode: (table: Table) => {
    readonly data: Float32Array;
    readonly shape: readonly [rows: number, width: number];
  };
  /**
   * The table of rows of features, one after another: the likeliest category, numbers within the range seen and with its decimals.
   * @throws GenaiError if the features make no whole rows or are not finite.
   */
  readonly decode: (features: ArrayLike<number>) => Table;
  /** What was learnt, as plain data: `tableCodecFrom` makes the same codec of it. */
  readonly toJSON: () => TableDescription;
}

/**
 * Learns from a table how rows of mixed columns become rows of numbers, and back: categories one-hot, numbers scaled, what is missing
 * as a category of its own or a flag.
 *
 * A row comes back as it was, where numbers have up to six decimals and a range of less than about 10⁷ steps of the last of them
 * (features are float32), and the scale remembers or reaches them all.
 *
 * @example
 * const codec = tableCodec(readTable(csv), { numbers: quantileNormalized() });
 * const data = batches(fromArrays(codec.encode(table)), { size: 100, key: key(0) }); // (100, codec.width)
 * const model = vae(denseTableVae({ layout: codec.layout }));
 * @throws GenaiError if a column named is not there, or has more categories than `mostCategories`.
 */
export function tableCodec(
  table: Table,
  { numbers = standardized(), columns, mostCategories = 100 }: TableCodecOptions = {},
): TableCodec {
  expectIntegers('tableCodec', { mostCategories });
  const chosen = columns ? columns.map((name) => columnNamed('tableCodec', table, name)) : table.columns;
  const checked = tableFrom('tableCodec', chosen);
  return codecOf({ columns: checked.columns.map((column) => learnt(column, numbers, mostCategories)) });
}

/**
 * The codec of which `description` is the `toJSON`.
 *
 * @example
 * const codec = tableCodecFrom(JSON.parse(text));
 * @throws GenaiError that names the place, where the description is not one.
 */
export function tableCodecFrom(description: unknown): TableCodec {
  return codecOf(describedTable('tableCodecFrom', description));
}

function codecOf(description: TableDescription): TableCodec {
  const { columns } = description;
  const layout = columns.map(({ kind, name, ...column }) => {
    const places = 'values' in column ? column.values.length : 1;
    return { name, kind, width: places + Number(column.missing) };
  });
  const starts = layout.map((_, i) => layout.slice(0, i).reduce((sum, { width }) => sum + width, 0));
  const width = layout.reduce((sum, features) => sum + features.width, 0);
  return {
    width,
    layout,
    encode: (table) => {
      const data = new Float32Array(table.length * width);
      for (const [i, column] of columns.entries()) {
        const write = writerOf(column);
        for (const [row, value] of columnNamed('encode', table, column.name, column).values.entries()) {
          write(value, data, row * width + starts[i]!);
        }
      }
      return { data, shape: [table.length, width] };
    },
    decode: (features) => {
      const rows = features.length / width;
      if (!Number.isInteger(rows) || rows === 0) {
        throw new GenaiError(`decode: got ${features.length} features, expected whole rows of ${width}, at least one.`);
      }
      for (let i = 0; i < features.length; i++) {
        if (Number.isFinite(features[i])) continue;
        throw new GenaiError(`decode: row ${Math.floor(i / width)} holds ${features[i]}, expected finite numbers.`);
      }
      const read = (i: number): TableColumn => {
        const column = columns[i]!;
        const values = Array.from({ length: rows }, (_, row) => readAt(column, features, row * width + starts[i]!));
        const dates = column.kind === 'number' && column.as && { as: column.as };
        return { name: column.name, kind: column.kind, values, ...dates } as TableColumn;
      };
      return { length: rows, columns: columns.map((_, i) => read(i)) };
    },
    toJSON: () => description,
  };
}

function learnt(column: TableColumn, numbers: NumberScaling, mostCategories: number): ColumnDescription {
  const { name, values } = column;
  const missing = values.some((value) => value === null);
  if (values.every((value) => value === null)) {
    throw new GenaiError(
      `tableCodec: column ${JSON.stringify(name)} has no value in ${values.length} rows. Leave it out of \`columns\`.`,
    );
  }
  if (column.kind === 'category') {
    const known = [...new Set(column.values.filter((value) => value !== null))].sort();
    if (known.length <= mostCategories) return { kind: 'category', name, values: known, missing };
    throw new GenaiError(
      `tableCodec: column ${JSON.stringify(name)} has ${known.length} categories in ${values.length} rows, at most ${mostCategories} are ` +
        'expected. Leave it out of `columns`, or raise `mostCategories`.',
    );
  }
  const sorted = Float64Array.from(column.values.filter((value) => value !== null)).sort();
  const decimals = decimalsOf(sorted);
  const range = { min: sorted[0]!, max: sorted.at(-1)! };
  return {
    kind: 'number',
    name,
    scale: numbers(sorted),
    ...range,
    ...(decimals !== undefined && { decimals }),
    ...(column.as && { as: column.as }),
    missing,
  };
}

/** The least number of decimals, up to the most, that leaves all values as they are. */
function decimalsOf(values: Float64Array): number | undefined {
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    if (values.every((value) => rounded(value, decimals) === value)) return decimals;
  }
  return undefined;
}

function rounded(value: number, decimals: number): number {
  return Math.abs(value) < 1e15 ? Number(value.toFixed(decimals)) + 0 : value; // + 0: no −0
}

/** Writes a value as features at a place. */
function writerOf(column: ColumnDescription): (value: number | string | null, out: Float32Array, at: number) => void {
  const { name, missing } = column;
  const refuse = (value: string | null): never => {
    throw new GenaiError(
      `encode: column ${JSON.stringify(name)} ${value === null ? 'misses a value' : `holds ${JSON.stringify(value)}`}, which it did not ` +
        'when the codec learnt it. Learn it from a table that has such a row.',
    );
  };
  if (column.kind === 'number') {
    return (value, out, at) => {
      if (value !== null) out[at] = toFeature(column.scale, value as number);
      else if (missing) out[at + 1] = 1;
      else refuse(null);
    };
  }
  const places = new Map<string | null, number>(column.values.map((value, i) => [value, i]));
  if (missing) places.set(null, column.values.length);
  return (value, out, at) => {
    out[at + (places.get(value as string | null) ?? refuse(value as string | null))] = 1;
  };
}

/** The value that features at a place stand for. */
function readAt(column: ColumnDescription, features: ArrayLike<number>, at: number): number | string | null {
  if (column.kind === 'number') {
    if (column.missing && features[at + 1]! > 0.5) return null;
    const value = Math.min(column.max, Math.max(column.min, toValue(column.scale, features[at]!)));
    return column.decimals === undefined ? value : rounded(value, column.decimals);
  }
  let best = 0;
  for (let i = 1; i < column.values.length + Number(column.missing); i++) {
    if (features[at + i]! > features[at + best]!) best = i;
  }
  return column.values[best] ?? null;
}

function columnNamed(where: string, table: Table, name: string, known?: ColumnDescription): TableColumn {
  const found = table.columns.find((column) => column.name === name);
  if (!found) {
    const names = table.columns.map((column) => JSON.stringify(column.name)).join(', ');
    throw new GenaiError(`${where}: there is no column ${JSON.stringify(name)}, only ${names}.`);
  }
  if (known && kindOf(found) !== kindOf(known) && found.values.some((value) => value !== null)) {
    throw new GenaiError(
      `${where}: column ${JSON.stringify(name)} is one of kind ${kindOf(found)}, the codec learnt it as ${kindOf(known)}.`,
    );
  }
  return found;
}

function kindOf(column: TableColumn | ColumnDescription): 'number' | 'date' | 'category' {
  return (column.kind === 'number' && column.as) || column.kind;
}
