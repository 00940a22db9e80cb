import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { key, randomPermutation } from '@genai/core';
import {
  checkerboard,
  eightGaussians,
  funnel,
  moons,
  pinwheel,
  readTable,
  rings,
  selectRows,
  spirals,
  type Table,
  type Toy,
  tableOf,
} from '@genai/data';
import { textFile } from '@genai/data/node';
import { suggest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** Rows of named columns in two parts, the second held out. */
export interface TableData {
  readonly kind: 'table';
  readonly train: Table;
  readonly test: Table;
  /** The density that the rows are draws from, where that is known. */
  readonly toy?: Toy;
}

/** Densities of the plane by name: tables of columns x and y. */
const TOYS: { readonly [spec: string]: () => Toy } = {
  moons,
  rings,
  'eight-gaussians': eightGaussians,
  checkerboard,
  spirals,
  pinwheel,
  funnel,
};

/** Points of a toy to learn from, and to measure on. */
const [POINTS, HELD] = [50_000, 10_000];

/**
 * The table that a SPEC names: a density of the plane (`moons`, `rings`, …), drawn from always alike, or a file of comma-separated
 * values, `.tsv` of tab-separated ones, of which a tenth is held out, always the same.
 *
 * @throws UsageError if the SPEC is neither a name nor a path; GenaiError if the file is no table.
 */
export async function tableData(spec: string, cwd: string): Promise<TableData> {
  const make = Object.hasOwn(TOYS, spec) ? TOYS[spec] : undefined;
  if (make) {
    const toy = make();
    return { kind: 'table', train: drawn(toy, 0, POINTS), test: drawn(toy, 1, HELD), toy };
  }
  const all = await tableFile(spec, cwd);
  if (all.length < 2) throw new UsageError(`${spec} has one row, expected at least 2: a tenth is held out.`);
  const order = randomPermutation(key(0), all.length);
  const held = Math.ceil(all.length / 10);
  return {
    kind: 'table',
    train: selectRows(all, order.slice(held).sort()),
    test: selectRows(all, order.slice(0, held).sort()),
  };
}

/** All rows of a file, as it is. */
export async function tableFile(spec: string, cwd: string): Promise<Table> {
  const path = resolve(cwd, spec);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw new UsageError(`cannot read the data ${spec}: ${cause.message}`, { cause });
    const names = Object.keys(TOYS);
    throw new UsageError(`unknown table "${spec}", and no file of that name in ${cwd}. ${suggest(spec, names)}`);
  });
  if (!found.isFile()) {
    throw new UsageError(
      `${spec} is no file. A model of tables takes a file of comma-separated values, or ${Object.keys(TOYS).join(', ')}.`,
    );
  }
  return readTable(await textFile(path), { separator: separatorOf(spec) });
}

/** The data with all columns but some. @throws UsageError unless there are such columns, and others. */
export function withoutColumns(data: TableData, spec: string, left: readonly string[]): TableData {
  const names = data.train.columns.map(({ name }) => name);
  const unknown = left.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`${spec} has no column "${unknown}". ${suggest(unknown, names)}`);
  if (names.every((name) => left.includes(name))) throw new UsageError(`--without leaves no column of ${spec}.`);
  const others = (table: Table): Table => keepColumns(table, (name) => !left.includes(name));
  return { kind: 'table', train: others(data.train), test: others(data.test) }; // rows of a toy have its density only as a whole
}

/** The columns of a table whose names `keeps` takes. */
export function keepColumns({ columns, length }: Table, keeps: (name: string) => boolean): Table {
  return { length, columns: columns.filter(({ name }) => keeps(name)) };
}

/** What stands between the cells of a file of this name. */
export function separatorOf(file: string): string {
  return extname(file).toLowerCase() === '.tsv' ? '\t' : ',';
}

/** The numbers of a table of points, row after row. */
export function pointsOf({ columns, length }: Table): Float32Array {
  const values = new Float32Array(columns.length * length);
  for (const [c, column] of columns.entries()) {
    for (const [row, value] of column.values.entries()) values[row * columns.length + c] = Number(value);
  }
  return values;
}

function drawn(toy: Toy, seed: number, count: number): Table {
  const points = toy.sample(key(seed), count);
  const coordinate = (i: number): number[] => Array.from({ length: count }, (_, row) => points[2 * row + i]!);
  return tableOf({ x: coordinate(0), y: coordinate(1) });
}
