import { GenaiError, randomPermutation, split } from '@genai/core';
import type { Interval } from '../figure.js';
import type { Rows } from '../points.js';
import type { SampleMetric } from '../sample-metric.js';
import { reservoir } from './reservoir.js';
import { keptRows, pickRows } from './statistics-arrays.js';
import { byNeighbours, type TwoSampleClassifier } from './two-sample-classifier.js';

export interface ClassifierTwoSampleOptions {
  /** `byNeighbours()`, the default, or `byNet()`. */
  readonly classifier?: TwoSampleClassifier;
  /** How often the interval of the accuracy shall hold the true one. Default 0.95. */
  readonly level?: number;
  /** Rows kept of either side at most. Default 5,000. */
  readonly keep?: number;
}

/**
 * The classifier two-sample test: how often a classifier, trained on half of both sides, tells the other half apart. ½ if both have
 * one distribution, 1 if every sample betrays itself; with a p-value for "no better than chance".
 *
 * As many rows of either side are used as the smaller has.
 *
 * @example
 * const metrics = { twoSample: classifierTwoSample({ classifier: byNet() }) };
 * @throws GenaiError unless either side has four rows of one width.
 * @source Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests", section 3.
 */
export function classifierTwoSample({
  classifier = byNeighbours(),
  level = 0.95,
  keep = 5_000,
}: ClassifierTwoSampleOptions = {}): SampleMetric<'accuracy' | 'pValue'> {
  const where = 'classifierTwoSample';
  if (!(level > 0 && level < 1)) throw new GenaiError(`${where}: got level ${level}, expected one between 0 and 1.`);
  return {
    name: 'classifier-two-sample',
    settings: { ...classifier.settings, level, keep },
    gather: reservoir(where, keep),
    compare: async (samples, reference, key) => {
      const b = keptRows(`${where}, the reference`, reference, 4);
      const a = keptRows(`${where}, the samples`, samples, 4, b.width);
      const [forA, forB, forClassifier] = split(key, 3);
      const each = Math.min(a.count, b.count);
      const half = Math.ceil(each / 2);
      const [orderA, orderB] = [randomPermutation(forA, a.count), randomPermutation(forB, b.count)];
      const both = (from: number, to: number): Rows =>
        joined(pickRows(a, orderA.subarray(from, to)), pickRows(b, orderB.subarray(from, to)));
      const labels = new Uint8Array(2 * half).fill(1, half); // 1: the reference
      const found = await classifier.classify(both(0, half), labels, both(half, each), forClassifier);
      const asked = each - half;
      const right = found.reduce((sum, label, i) => sum + Number(label === Number(i >= asked)), 0);
      const total = 2 * asked;
      // Under chance the accuracy is about N(½, 1 / 4 total).
      const deviations = (right / total - 0.5) * 2 * Math.sqrt(total);
      return {
        accuracy: { value: right / total, interval: binomialInterval(right, total, level) },
        pValue: { value: upperTail(deviations) },
      };
    },
  };
}

function joined(a: Rows, b: Rows): Rows {
  const values = new Float64Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { values, count: a.count + b.count, width: a.width };
}

/** Of a share. @source Wilson 1927, "Probable inference, the law of succession, and statistical inference". */
function binomialInterval(right: number, total: number, level: number): Interval {
  const z = quantileOfNormal((1 + level) / 2);
  const share = right / total;
  const centre = (share + z ** 2 / (2 * total)) / (1 + z ** 2 / total);
  const reach = (z / (1 + z ** 2 / total)) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return { low: centre - reach, high: centre + reach, level };
}

/** P(Z > z) for Z of N(0, 1): by its density's integral from z, Simpson's rule. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const [steps, reach] = [2_000, 12];
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((z + (reach * i) / steps) ** 2) / 2);
  }
  return (sum * reach) / (3 * steps) / Math.sqrt(2 * Math.PI);
}

/** By bisection. */
function quantileOfNormal(probability: number): number {
  let [low, high] = [-9, 9];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (1 - upperTail(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}
