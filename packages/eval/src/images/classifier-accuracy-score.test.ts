import { GenaiError } from '@genai/core';
import { owned } from '@genai/tensor';
import { tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hashed } from '../../golden/hashed.js';
import golden from '../../golden/image-scores.json' with { type: 'json' };
import { logisticRegression } from '../tables/logistic-regression.js';
import { classifierAccuracyScore } from './classifier-accuracy-score.js';
import { featureClassifier } from './feature-classifier.js';

/** The features of golden/image-scores.py. */
const features = (seed: number, count: number): number[][] => {
  const values = hashed(seed, count * 5).map((value) => value * 4);
  return Array.from({ length: count }, (_, i) => [...values.subarray(5 * i, 5 * i + 5)]);
};

test('parity: guesses and accuracy are those of scikit-learn', async () => {
  const learn = featureClassifier({ classes: 4, learner: logisticRegression({ penalty: 1.2 }) });
  const samples = { inputs: features(7, 120), labels: golden.labels };
  const classify = await learn(samples);
  const guesses = Array.from((await classify(features(8, 200))) as ArrayLike<number>);
  expect(guesses.filter((_, i) => golden.sure[i])).toEqual(golden.guesses.filter((_, i) => golden.sure[i]));

  using test = owned({ inputs: tensor2d(features(8, 200)), labels: tensor(golden.truth, [200], 'int32') });
  const { accuracy, perClass } = await classifierAccuracyScore(samples, test, { classes: 4, fit: learn, level: 0.95 });
  expect(accuracy.value).toBeCloseTo(golden.accuracy, 10);
  expect(accuracy.interval!.low).toBeLessThan(accuracy.value);
  const counts = perClass.map((_, label) => golden.truth.filter((truth) => truth === label).length);
  expect(perClass.reduce((sum, share, label) => sum + share * counts[label]!, 0) / 200).toBeCloseTo(
    golden.accuracy,
    10,
  );
});

test('known answers: a model that never draws a class leaves it unknown', async () => {
  // Class 0 about (0, 0), 1 about (9, 0), 2 about (0, 9); the samples lack 2 and have a constant third feature.
  const centres = [
    [0, 0],
    [9, 0],
    [0, 9],
  ];
  const draw = (labels: readonly number[], seed: number): { inputs: number[][]; labels: readonly number[] } => {
    const noise = hashed(seed, 2 * labels.length);
    return { inputs: labels.map((label, i) => [...centres[label]!.map((x, j) => x + noise[2 * i + j]!), 5]), labels };
  };
  const samples = draw([0, 1, 0, 1, 0, 1], 1);
  const test = draw([0, 1, 2, 0, 1, 2, 0, 1], 2);
  const fit = featureClassifier({ classes: 4 });
  const { accuracy, perClass } = await classifierAccuracyScore(samples, test, { classes: 4, fit });
  expect(accuracy).toEqual({ value: 6 / 8, better: 'higher' });
  expect([...perClass]).toEqual([1, 1, 0, Number.NaN]);
});

test('laws: fit may be of any inputs, and a tensor of labels that it gives is disposed', async () => {
  const majority = async ({ labels }: { labels: ArrayLike<number> | object }) => {
    const [first] = Array.from(labels as ArrayLike<number>);
    return async (words: readonly string[]) =>
      tensor(
        words.map(() => first!),
        [words.length],
        'int32',
      );
  };
  const samples = { inputs: ['a', 'b'], labels: [1, 0] };
  const test = { inputs: ['c', 'd', 'e'], labels: [1, 1, 0] };
  const { accuracy } = await classifierAccuracyScore(samples, test, { classes: 2, fit: majority });
  expect(accuracy.value).toBeCloseTo(2 / 3, 12);
});

test('errors: labels that are no classes or do not match', async () => {
  const fit = featureClassifier({ classes: 2 });
  const one = { inputs: [[1], [2]], labels: [0, 1] };
  const score = (samples: typeof one, test: typeof one) => classifierAccuracyScore(samples, test, { classes: 2, fit });
  await expect(score(one, { ...one, labels: [0, 2] })).rejects.toThrow(GenaiError);
  await expect(score(one, { ...one, labels: [0, 2] })).rejects.toThrow(
    'label 1 is 2, expected an integer from 0 to 1.',
  );
  await expect(score({ ...one, labels: [1] }, one)).rejects.toThrow('got 1 labels for 2 rows, expected one for each.');
  await expect(score(one, { ...one, labels: [1] })).rejects.toThrow('the classifier gave 2 labels for 1 examples');
  await expect(score(one, { ...one, labels: [] })).rejects.toThrow('got no labels, expected at least one.');
});
