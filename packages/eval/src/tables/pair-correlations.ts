import { meanOf } from '../mean-of.js';
import { columnPairs, type Table, type TableColumn } from './table.js';

/** What {@link pairCorrelations} found. */
export interface PairCorrelations {
  /** The columns, in the order of rows and columns below. */
  readonly names: readonly string[];
  /**
   * Symmetric, ones on its diagonal. Two columns of numbers: Pearson's r, −1 to 1. Two of categories: Cramér's V, 0 to 1. One of each: the
   * correlation ratio η, 0 to 1. 0 where a column does not vary.
   */
  readonly matrix: readonly Float64Array[];
}

/**
 * How strongly each two columns of a table go together.
 *
 * Of each two, rows where neither is missing count.
 *
 * @example
 * const { names, matrix } = pairCorrelations(table);
 * @source Cramér 1946, "Mathematical methods of statistics", page 282 (V); Fisher 1925, "Statistical methods for research workers" (η).
 */
export function pairCorrelations(table: Table): PairCorrelations {
  const { columns } = table;
  const matrix = columns.map(() => new Float64Array(columns.length));
  for (const [i, a] of columns.entries()) {
    matrix[i]![i] = 1;
    for (const [j, b] of columns.slice(0, i).entries()) matrix[i]![j] = matrix[j]![i] = association(a, b);
  }
  return { names: columns.map(({ name }) => name), matrix };
}

/** What {@link correlationDifference} found. */
export interface CorrelationDifference {
  readonly real: PairCorrelations;
  readonly synthetic: PairCorrelations;
  /** The mean absolute difference over pairs of columns; lower is better. 0 where there is a single column. */
  readonly mean: number;
  /** The pair that differs most. */
  readonly worst: { readonly columns: readonly [string, string]; readonly difference: number } | undefined;
}

/**
 * How far a synthetic table is from going together as the real one does: {@link pairCorrelations} of both, and their difference.
 *
 * @example
 * const { mean, worst } = correlationDifference(real, synthetic);
 * @throws GenaiError unless the tables have rows and the same columns.
 */
export function correlationDifference(real: Table, synthetic: Table): CorrelationDifference {
  const pairs = columnPairs('correlationDifference', real, synthetic);
  const ordered = pairs.map(({ name, kind, b }) => ({ name, kind, values: b }) as TableColumn);
  const ofReal = pairCorrelations(real);
  const ofSynthetic = pairCorrelations({ length: synthetic.length, columns: ordered });
  const differences = pairs.flatMap(({ name }, i) =>
    pairs.slice(0, i).map((other, j) => ({
      columns: [other.name, name] as const,
      difference: Math.abs(ofReal.matrix[i]![j]! - ofSynthetic.matrix[i]![j]!),
    })),
  );
  const total = differences.reduce((sum, { difference }) => sum + difference, 0);
  return {
    real: ofReal,
    synthetic: ofSynthetic,
    mean: total / Math.max(1, differences.length),
    worst: differences.sort((a, b) => b.difference - a.difference)[0],
  };
}

function association(a: TableColumn, b: TableColumn): number {
  const rows = a.values.flatMap((value, row) => (value !== null && b.values[row] !== null ? [row] : []));
  const numbers = ({ values }: TableColumn): number[] => rows.map((row) => values[row] as number);
  const codes = ({ values }: TableColumn): Coded => coded(rows.map((row) => values[row] as string));
  if (a.kind === 'number' && b.kind === 'number') return pearson(numbers(a), numbers(b));
  if (a.kind === 'category' && b.kind === 'category') return cramersV(codes(a), codes(b));
  return a.kind === 'number' ? correlationRatio(codes(b), numbers(a)) : correlationRatio(codes(a), numbers(b));
}

/** Categories as numbers 0 … count − 1. */
type Coded = { readonly codes: readonly number[]; readonly count: number };

function coded(values: readonly string[]): Coded {
  const codes = new Map<string, number>();
  for (const value of values) if (!codes.has(value)) codes.set(value, codes.size);
  return { codes: values.map((value) => codes.get(value)!), count: codes.size };
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [meanOf(x), meanOf(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    xy += (value - mx) * (y[i]! - my);
    xx += (value - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** √(χ² / (n (min(rows, columns) − 1))) of the table of counts. */
function cramersV(a: Coded, b: Coded): number {
  const least = Math.min(a.count, b.count);
  if (least < 2) return 0;
  const n = a.codes.length;
  const counts = new Float64Array(a.count * b.count);
  const ofA = new Float64Array(a.count);
  const ofB = new Float64Array(b.count);
  for (const [row, i] of a.codes.entries()) {
    const j = b.codes[row]!;
    counts[i * b.count + j]!++;
    ofA[i]!++;
    ofB[j]!++;
  }
  let chiSquared = 0;
  for (const [cell, count] of counts.entries()) {
    const expected = (ofA[Math.floor(cell / b.count)]! * ofB[cell % b.count]!) / n;
    chiSquared += (count - expected) ** 2 / expected;
  }
  return Math.sqrt(chiSquared / (n * (least - 1)));
}

/** η: the root of the share of the numbers' variance that lies between categories. */
function correlationRatio({ codes, count }: Coded, values: readonly number[]): number {
  const mean = meanOf(values);
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  let total = 0;
  for (const [row, code] of codes.entries()) {
    sums[code]! += values[row]! - mean;
    sizes[code]!++;
    total += (values[row]! - mean) ** 2;
  }
  const between = sums.reduce((sum, value, code) => sum + value ** 2 / sizes[code]!, 0);
  return total > 0 ? Math.min(1, Math.sqrt(between / total)) : 0;
}
