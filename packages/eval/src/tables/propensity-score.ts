import { logisticRegression } from './logistic-regression.js';
import { columnPairs, type Table, type TableColumn } from './table.js';
import { tableFeatures } from './table-features.js';

/** What {@link propensityScore} found. */
export interface PropensityScore {
  /** The mean of (p − c)², p the probability that a row is synthetic by logistic regression, c the share that are: 0 to max(c, 1 − c)²; lower is better. */
  readonly pMse: number;
  /**
   * The same over what is expected of rows drawn by a right model fitted to the real ones: about 1 is as good as can be. Of real rows that are new it is about
   * 1 / (1 − c): they differ by the chance of two tables.
   */
  readonly ratio: number;
}

/**
 * How well logistic regression tells synthetic rows from real ones: the propensity score's mean squared error.
 *
 * It sees each column alone: means of numbers and shares of categories, not how columns go together.
 *
 * @example
 * const { ratio } = await propensityScore(real, synthetic); // below 3 or so is good
 * @throws GenaiError unless the tables have rows and the same columns; the signal's reason if it aborts.
 * @source Snoke et al. 2018, "General and specific utility measures for synthetic data".
 */
export async function propensityScore(
  real: Table,
  synthetic: Table,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<PropensityScore> {
  const pairs = columnPairs('propensityScore', real, synthetic);
  const length = real.length + synthetic.length;
  const columns = pairs.map(({ name, kind, a, b }) => ({ name, kind, values: [...a, ...b] }) as TableColumn);
  const { rowsOf, independent } = tableFeatures({ length, columns });
  const features = rowsOf({ length, columns });
  const targets = Float64Array.from(features, (_, i) => Number(i >= real.length));
  const predict = await logisticRegression({ penalty: SMALL })({ features, targets, classes: 2, signal });
  const share = synthetic.length / length;
  const pMse = features.reduce((total, row) => total + (predict(row)[1]! - share) ** 2, 0) / length;
  // (k − 1) (1 − c)² c / N with k parameters, the bias among them
  const expected = (independent * (1 - share) ** 2 * share) / length;
  return { pMse, ratio: expected > 0 ? pMse / expected : 1 };
}

/** Only so that categories, which add up to one, have one answer. */
const SMALL = 1e-3;
