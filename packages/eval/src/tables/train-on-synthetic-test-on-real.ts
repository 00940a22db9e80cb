import { GenaiError } from '@genai/core';
import { auroc } from '../auroc.js';
import type { Learner } from './learner.js';
import { logisticRegression } from './logistic-regression.js';
import { ridgeRegression } from './ridge-regression.js';
import { columnPairs, type Table, type TableColumn } from './table.js';
import { tableFeatures } from './table-features.js';

export interface TrainOnSyntheticOptions {
  /** The column to predict from the others: a number, or a category. */
  readonly target: string;
  /** What learns; logistic regression of categories, ridge regression of numbers unless given. */
  readonly learner?: Learner;
  readonly signal?: AbortSignal | undefined;
}

/** How well one column is predicted on the test table. */
export type PredictionScores =
  | {
      readonly kind: 'category';
      /** The share of rows whose class is the one of the highest score. */
      readonly accuracy: number;
      /** Of each class against the rest, averaged over the classes that occur in the test table; ½ is chance. */
      readonly auroc: number;
    }
  | {
      readonly kind: 'number';
      /** 1 − the mean squared error over the variance: 1 is perfect, 0 the mean. */
      readonly r2: number;
    };

/** What {@link trainOnSyntheticTestOnReal} found. */
export interface TrainOnSynthetic {
  /** Learned from the synthetic table. */
  readonly synthetic: PredictionScores;
  /** Learned from the real one: what to compare with. */
  readonly real: PredictionScores;
}

/**
 * What synthetic rows are worth for learning: a column is predicted on real test rows by one learner trained on synthetic rows, and by another trained
 * on real ones.
 *
 * Both see features fixed by the real training table: numbers standardised, categories as one number each. Rows whose target is missing are left out.
 *
 * @example
 * const { synthetic, real } = await trainOnSyntheticTestOnReal({ training, synthetic: made, test }, { target: 'income' });
 * if (synthetic.kind === 'category') console.log(synthetic.accuracy, real);
 * @throws GenaiError unless the tables have rows and the same columns, two at least, the target among them with two different values in the test table.
 * @source Esteban et al. 2017, "Real-valued (medical) time series generation with recurrent conditional GANs" (TSTR).
 */
export async function trainOnSyntheticTestOnReal(
  tables: { readonly training: Table; readonly synthetic: Table; readonly test: Table },
  options: TrainOnSyntheticOptions,
): Promise<TrainOnSynthetic> {
  const where = 'trainOnSyntheticTestOnReal';
  const { target, signal } = options;
  const { training, synthetic, test } = tables;
  columnPairs(where, training, synthetic);
  columnPairs(where, training, test);
  const names = training.columns.map(({ name }) => name);
  if (!names.includes(target) || names.length < 2) {
    throw new GenaiError(
      `${where}: expected a column ${JSON.stringify(target)} beside others, got ${names.map((name) => JSON.stringify(name)).join(', ')}.`,
    );
  }
  const { rowsOf } = tableFeatures(training, target);
  const classes = classesOf([training, synthetic, test].map((table) => columnOf(table, target)));
  const examplesOf = (table: Table): Examples => {
    const { values } = columnOf(table, target);
    const kept = rowsOf(table).flatMap((row, i) => (values[i] === null ? [] : [{ row, value: values[i]! }]));
    return {
      features: kept.map(({ row }) => row),
      targets: Float64Array.from(kept, ({ value }) => classes?.get(value) ?? (value as number)),
    };
  };
  const asked = examplesOf(test);
  if (new Set(asked.targets).size < 2) {
    throw new GenaiError(`${where}: column ${JSON.stringify(target)} of the test table does not vary. Choose another.`);
  }
  const learner = options.learner ?? (classes ? logisticRegression() : ridgeRegression());
  const learned = async (table: Table): Promise<PredictionScores> => {
    const examples = examplesOf(table);
    if (examples.features.length === 0) {
      throw new GenaiError(`${where}: column ${JSON.stringify(target)} of a table to learn from has no value.`);
    }
    const predict = await learner({ ...examples, ...(classes && { classes: classes.size }), signal });
    const predictions = asked.features.map(predict);
    return classes
      ? scoresOfClasses(predictions, asked.targets, classes.size)
      : scoresOfNumbers(predictions, asked.targets);
  };
  return { synthetic: await learned(synthetic), real: await learned(training) };
}

type Examples = { readonly features: Float64Array[]; readonly targets: Float64Array };

function columnOf({ columns }: Table, target: string): TableColumn {
  return columns.find(({ name }) => name === target)!;
}

/** The categories of some columns by number, undefined of numbers. */
function classesOf(columns: readonly TableColumn[]): Map<string | number, number> | undefined {
  if (columns[0]!.kind === 'number') return undefined;
  const all = new Set(columns.flatMap(({ values }) => values as readonly (string | null)[]));
  all.delete(null);
  return new Map([...all].sort().map((value, i) => [value!, i]));
}

function scoresOfClasses(
  predictions: readonly ArrayLike<number>[],
  targets: Float64Array,
  classes: number,
): PredictionScores {
  let right = 0;
  for (const [i, scores] of predictions.entries()) {
    const best = Array.from(scores).reduce((best, score, c) => (score > scores[best]! ? c : best), 0);
    if (best === targets[i]) right++;
  }
  const areas: number[] = [];
  for (let c = 0; c < classes; c++) {
    const odd = predictions.flatMap((scores, i) => (targets[i] === c ? [scores[c]!] : []));
    const usual = predictions.flatMap((scores, i) => (targets[i] === c ? [] : [scores[c]!]));
    if (odd.length > 0) areas.push(auroc({ odd, usual }));
  }
  return {
    kind: 'category',
    accuracy: right / targets.length,
    auroc: areas.reduce((a, b) => a + b, 0) / areas.length,
  };
}

function scoresOfNumbers(predictions: readonly ArrayLike<number>[], targets: Float64Array): PredictionScores {
  const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
  let [error, variance] = [0, 0];
  for (const [i, value] of targets.entries()) {
    error += (value - predictions[i]![0]!) ** 2;
    variance += (value - mean) ** 2;
  }
  return { kind: 'number', r2: 1 - error / variance };
}
