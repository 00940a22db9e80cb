import { type ColumnDescription, type Table, tableCodecFrom } from '@genai/data';

/** One number of a row as a flow sees it. */
export type Place =
  /** A scaled value, known to `cell` (0 if to any number of decimals); `missing` is the place of its flag. */
  | { readonly kind: 'number'; readonly deviation: number; readonly cell: number; readonly missing?: number }
  /** A category by its number, or a flag: 0 for known, 1 for missing. */
  | { readonly kind: 'category'; readonly levels: number };

/** Rows of some columns as numbers: one for each column, and a flag before a number that may be missing. */
export interface RowLayout {
  readonly places: readonly Place[];
  /** (rows, places), row after row. @throws GenaiError that names the column and what it holds. */
  readonly encode: (table: Table) => Float32Array;
  /** What `encode` gave, or numbers near it, as a table. */
  readonly decode: (numbers: ArrayLike<number>) => Table;
}

/** The layout of columns as a codec of tables describes them, numbers standardised. */
export function rowLayout(columns: readonly ColumnDescription[]): RowLayout {
  const codec = tableCodecFrom({ columns });
  const places: Place[] = [];
  const starts = columns.map((column) => {
    const start = places.length;
    if (column.kind === 'category') {
      places.push({ kind: 'category', levels: column.values.length + Number(column.missing) });
      return start;
    }
    const deviation = column.scale.kind === 'standard' ? column.scale.deviation : 1;
    const cell = column.decimals === undefined ? 0 : 10 ** -column.decimals / deviation;
    if (column.missing) places.push({ kind: 'category', levels: 2 });
    places.push({ kind: 'number', deviation, cell, ...(column.missing && { missing: start }) });
    return start;
  });
  const firsts = codec.layout.map((_, i) => codec.layout.slice(0, i).reduce((sum, { width }) => sum + width, 0));
  return {
    places,
    encode: (table) => {
      const { data } = codec.encode(table);
      const numbers = new Float32Array(table.length * places.length);
      for (let row = 0; row < table.length; row++) {
        for (const [i, column] of columns.entries()) {
          const from = row * codec.width + firsts[i]!;
          const to = row * places.length + starts[i]!;
          if (column.kind === 'category') numbers[to] = data.subarray(from, from + codec.layout[i]!.width).indexOf(1);
          else if (column.missing) [numbers[to], numbers[to + 1]] = [data[from + 1]!, data[from]!];
          else numbers[to] = data[from]!;
        }
      }
      return numbers;
    },
    decode: (numbers) => {
      const rows = numbers.length / places.length;
      const features = new Float32Array(rows * codec.width);
      for (let row = 0; row < rows; row++) {
        for (const [i, column] of columns.entries()) {
          const from = row * places.length + starts[i]!;
          const to = row * codec.width + firsts[i]!;
          if (column.kind === 'category') features[to + Math.round(numbers[from]!)] = 1;
          else if (column.missing) [features[to], features[to + 1]] = [numbers[from + 1]!, numbers[from]!];
          else features[to] = numbers[from]!;
        }
      }
      return codec.decode(features);
    },
  };
}
