import { expectIntegers, GenaiError } from '@genai/core';
import { standardiser } from '../features/standardiser.js';
import { type Points, rowsOf } from '../points.js';
import type { Learner } from '../tables/learner.js';
import { logisticRegression } from '../tables/logistic-regression.js';
import { type FitClassifier, labelsOf } from './classifier-accuracy-score.js';

export interface FeatureClassifierOptions {
  /** Of all labels. */
  readonly classes: number;
  /** What learns; logistic regression unless given, whose best weights are unique. */
  readonly learner?: Learner;
  readonly signal?: AbortSignal;
}

/**
 * A classifier of features, (count, width), as a fit for {@link classifierAccuracyScore}: logistic regression, so that no training of
 * a net decides the score.
 *
 * Features are scaled to mean 0 and variance 1 over the samples. On the host, in double precision: 10,000 rows of 64 numbers and 10
 * classes take some seconds.
 *
 * @example
 * const fit = featureClassifier({ classes: 10, learner: logisticRegression({ penalty: 10 }) });
 * const classify = await fit({ inputs: features, labels });
 * const guesses = await classify(others);
 * @throws GenaiError when applied, unless features are a matrix of finite numbers of one width with a label for each row.
 */
export function featureClassifier({
  classes,
  learner = logisticRegression(),
  signal,
}: FeatureClassifierOptions): FitClassifier<Points> {
  const where = 'featureClassifier';
  expectIntegers(where, { classes });
  return async ({ inputs, labels }) => {
    const rows = await rowsOf(where, inputs);
    const targets = await labelsOf(where, labels, classes);
    if (targets.length !== rows.count) {
      throw new GenaiError(`${where}: got ${targets.length} labels for ${rows.count} rows, expected one for each.`);
    }
    const standardised = standardiser(rows);
    const scores = await learner({ features: rowsIn(standardised(rows), rows.width), targets, classes, signal });
    return async (others) =>
      rowsIn(standardised(await rowsOf(where, others, 1, rows.width)), rows.width).map((row) => highest(scores(row)));
  };
}

/** Views of the rows, one after another. */
function rowsIn(values: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

/** The first place of the greatest. */
function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}
