import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { classifierTwoSample } from './classifier-two-sample.js';
import { compareSamples } from './compare-samples.js';
import { byNeighbours, byNet, type TwoSampleClassifier } from './two-sample-classifier.js';

const measure = async (classifier: TwoSampleClassifier, a: Float64Array[], b: Float64Array[], level?: number) => {
  const metrics = { it: classifierTwoSample({ classifier, ...(level !== undefined && { level }) }) };
  return (await compareSamples({ samples: [a], reference: [b], metrics, key: key(0) })).figures.it;
};

/** Right for the first 37. */
const fixed: TwoSampleClassifier = {
  settings: {},
  classify: async (_known, labels, asked) => {
    const half = asked.count / 2;
    expect(labels.reduce((sum, label) => sum + label, 0)).toBe(labels.length / 2);
    return Uint8Array.from({ length: asked.count }, (_, i) => Number(i >= half) ^ Number(i >= 37));
  },
};

test('goldens: SciPy, the interval of Wilson and the p-value', async () => {
  const { accuracy, pValue } = await measure(fixed, hashedRows(1, 50, 1), hashedRows(2, 80, 1), 0.9);
  const [low, high, p] = golden.binomial;
  expect(accuracy.value).toBe(37 / 50);
  expect(accuracy.interval!.low).toBeCloseTo(low!, 9);
  expect(accuracy.interval!.high).toBeCloseTo(high!, 9);
  expect(pValue.value).toBeCloseTo(p!, 12);
});

test.each([
  ['byNeighbours', byNeighbours()],
  ['byNet', byNet({ steps: 60, learningRate: 0.03 })],
])('known answers: %s tells apart what differs, and nothing else', async (_name, classifier) => {
  const a = hashedRows(1, 300, 2);
  const same = await measure(classifier, a, hashedRows(2, 300, 2));
  expect(Math.abs(same.accuracy.value - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 4 / 300));
  expect(same.pValue.value).toBeGreaterThan(1e-4);
  // Uniform on squares that overlap by half: ¾ of all can be told.
  const shifted = await measure(
    classifier,
    a,
    hashedRows(3, 300, 2).map(([x, y]) => Float64Array.of(x! + 0.5, y!)),
  );
  expect(Math.abs(shifted.accuracy.value - 0.75)).toBeLessThan(4 * Math.sqrt(0.75 / 4 / 300));
  expect(shifted.pValue.value).toBeLessThan(1e-6);
  const apart = await measure(classifier, a, hashedRows(3, 300, 2, 1, 5));
  expect(apart.accuracy.value).toBe(1);
});

test('errors: too few rows, the level', async () => {
  await expect(measure(fixed, hashedRows(1, 3, 1), hashedRows(2, 8, 1))).rejects.toThrow(
    'classifierTwoSample, the samples: got 3 rows of 1 numbers, expected at least 4 of 1.',
  );
  expect(() => classifierTwoSample({ level: 1 })).toThrow(
    'classifierTwoSample: got level 1, expected one between 0 and 1.',
  );
});
