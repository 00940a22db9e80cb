import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { columnPairs, known, type Table } from './table.js';

/** How far a column of one table is from that of another. */
export interface MarginalDistance {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** Kolmogorov and Smirnov's distance of numbers, total variation of categories: 0 for the same distribution, 1 for ones that share nothing. */
  readonly distance: number;
}

/** What {@link marginals} found. */
export interface Marginals {
  readonly columns: readonly MarginalDistance[];
  /** The mean distance over columns; lower is better. */
  readonly mean: number;
}

/**
 * How far each column of a synthetic table is from the real one's, taken alone.
 *
 * What is missing counts as a category of its own; among numbers it is a share that also may differ: the distance is the greater of the two.
 *
 * @example
 * const { columns, mean } = marginals(real, synthetic);
 * const worst = [...columns].sort((a, b) => b.distance - a.distance)[0]!.name;
 * @throws GenaiError unless the tables have rows and the same columns.
 * @source The complements of "KSComplement" and "TVComplement" of SDMetrics; Massey 1951, "The Kolmogorov-Smirnov test for goodness of fit".
 */
export function marginals(real: Table, synthetic: Table): Marginals {
  const columns = columnPairs('marginals', real, synthetic).map((pair): MarginalDistance => {
    const { name, kind } = pair;
    return { name, kind, distance: kind === 'number' ? ofNumbers(pair.a, pair.b) : totalVariation(pair.a, pair.b) };
  });
  return { columns, mean: columns.reduce((total, { distance }) => total + distance, 0) / columns.length };
}

function ofNumbers(a: readonly (number | null)[], b: readonly (number | null)[]): number {
  const [x, y] = [known(a), known(b)];
  const missing = Math.abs(x.length / a.length - y.length / b.length);
  if (x.length === 0 || y.length === 0) return missing;
  return Math.max(missing, kolmogorovSmirnov(x, y).statistic);
}

/** ½ Σ |p − q| */
function totalVariation(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  const gaps = new Map<string | null, number>();
  for (const value of a) gaps.set(value, (gaps.get(value) ?? 0) + 1 / a.length);
  for (const value of b) gaps.set(value, (gaps.get(value) ?? 0) - 1 / b.length);
  return [...gaps.values()].reduce((total, gap) => total + Math.abs(gap), 0) / 2;
}
