import { GenaiError } from '@genai/core';

/** One column of a {@link Table}; `null` where a value is missing. */
export type TableColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: readonly (number | null)[] }
  | { readonly name: string; readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** Named columns of one length, each of finite numbers or of categories: the `Table` of `@genai/data`, which `tableOf` and `readTable` make. */
export interface Table {
  /** How many rows there are. */
  readonly length: number;
  readonly columns: readonly TableColumn[];
}

/** A column of one table and that of the same name of another. */
export type ColumnPair =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly a: readonly (number | null)[];
      readonly b: readonly (number | null)[];
    }
  | {
      readonly kind: 'category';
      readonly name: string;
      readonly a: readonly (string | null)[];
      readonly b: readonly (string | null)[];
    };

/** The columns of `a`, each with that of `b` of its name. @throws GenaiError unless both have rows, and the same columns in whatever order. */
export function columnPairs(where: string, a: Table, b: Table): ColumnPair[] {
  if (a.length === 0 || b.length === 0) {
    throw new GenaiError(`${where}: the tables have ${a.length} and ${b.length} rows, expected at least one each.`);
  }
  if (a.columns.length === 0 || a.columns.length !== b.columns.length) {
    throw new GenaiError(
      `${where}: the tables have ${a.columns.length} and ${b.columns.length} columns, expected the same ones, at least one.`,
    );
  }
  return a.columns.map((column) => {
    const { name, kind, values } = column;
    const other = b.columns.find((candidate) => candidate.name === name);
    if (other?.kind !== kind) {
      throw new GenaiError(
        `${where}: column ${JSON.stringify(name)} is of kind ${kind} in one table and ${other ? `of kind ${other.kind}` : 'missing'} ` +
          'in the other. Pass tables with the same columns.',
      );
    }
    return { kind, name, a: values, b: other.values } as ColumnPair;
  });
}

/** The values that are not missing. */
export function known<T extends number | string>(values: readonly (T | null)[]): T[] {
  return values.filter((value): value is T => value !== null);
}
