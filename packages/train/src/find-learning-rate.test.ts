import { key, type Objective } from '@genai/core';
import { owned } from '@genai/tensor';
import { memory, mul, scalar, square, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { shuffled, squaredError } from '../test/regression.js';
import { adam } from './adam.js';
import { findLearningRate } from './find-learning-rate.js';
import { minimize } from './minimize.js';
import { sgd } from './sgd.js';

const STEEPNESS = 20;
/** ½ a p², from p = 1: rate r takes p to p (1 − a r), so 1 / a is the best rate and all above 2 / a diverge. */
const bowl: Objective<Tensor, Tensor, Tensor> = {
  init: () => scalar(1),
  loss: (p, a) => ({ loss: mul(mul(square(p), a), 0.5) }),
};

describe('known answers: a parabola', () => {
  test('each loss is that of its rate, the suggestions are below the best rate, and nothing is left over', async () => {
    using data = owned(Array.from({ length: 60 }, () => scalar(STEEPNESS)));
    const before = memory().numTensors;
    const found = await findLearningRate((rate) => minimize(bowl, sgd(rate)), {
      data,
      key: key(0),
      from: 1e-5,
      to: 100,
      steps: 60,
      smoothing: 0,
    });
    expect(memory().numTensors).toBe(before);
    let p = 1;
    for (const [i, { rate, loss, smoothed }] of found.points.entries()) {
      expect(rate / (1e-5 * 1e7 ** (i / 59))).toBeCloseTo(1, 6);
      expect(loss / (0.5 * STEEPNESS * p * p)).toBeCloseTo(1, 2);
      expect(smoothed).toBe(loss);
      p *= 1 - STEEPNESS * rate;
    }
    expect(found.diverged).toBe(true);
    expect(found.points.at(-1)!.rate).toBeGreaterThan(2 / STEEPNESS);
    expect(found.points.at(-1)!.rate).toBeLessThan(100);
    expect(found.steepest).toBeGreaterThan(0.05 / STEEPNESS);
    expect(found.steepest).toBeLessThan(1 / STEEPNESS);
    expect(found.tenthOfLowest).toBeGreaterThan(0.05 / STEEPNESS);
    expect(found.tenthOfLowest).toBeLessThan(0.3 / STEEPNESS);
  });

  test('the running mean begins without bias', async () => {
    using data = owned([1, 3, 5].map((a) => scalar(a)));
    const still = { from: 1e-12, to: 2e-12, steps: 3, smoothing: 0.5, key: key(0), data };
    const { points, diverged } = await findLearningRate((rate) => minimize(bowl, sgd(rate)), still);
    const means = [0.5, (0.25 + 1.5) / 1.5, (0.125 + 0.75 + 2.5) / 1.75];
    for (const [i, { smoothed }] of points.entries()) expect(smoothed).toBeCloseTo(means[i]!, 6);
    expect(diverged).toBe(false);
  });

  test('a loss that becomes infinite ends the sweep', async () => {
    using data = owned(Array.from({ length: 9 }, () => scalar(STEEPNESS)));
    const options = { data, key: key(0), from: 1e-3, to: 1e36, steps: 9, smoothing: 0, divergence: 1e36 };
    const { diverged, points } = await findLearningRate((rate) => minimize(bowl, sgd(rate)), options);
    expect(diverged).toBe(true);
    expect(points.length).toBeLessThan(9);
  });
});

test('known answers: adam with the suggestion learns a line that it had not learnt before', async () => {
  const options = { data: shuffled(), key: key(0), from: 1e-6, to: 10 };
  const { steepest } = await findLearningRate((rate) => minimize(squaredError, adam(rate)), options);
  expect(steepest).toBeGreaterThan(3e-3);
  expect(steepest).toBeLessThan(3);
});

describe('errors', () => {
  const step = (rate: Parameters<typeof sgd>[0]) => minimize(bowl, sgd(rate));

  test('numbers out of their range, and too few batches', async () => {
    using data = owned([tensor(1), tensor(1)]);
    const given = { data, key: key(0) };
    await expect(findLearningRate(step, { ...given, from: 1, to: 1 })).rejects.toThrow(
      /from must be above 0 and below/,
    );
    await expect(findLearningRate(step, { ...given, steps: 2 })).rejects.toThrow(/steps .* got 2/);
    await expect(findLearningRate(step, { ...given, smoothing: 1 })).rejects.toThrow(/smoothing .* got 1/);
    await expect(findLearningRate(step, { ...given, divergence: 0 })).rejects.toThrow(/divergence .* got 0/);
    await expect(findLearningRate(step, given)).rejects.toThrow(/only 2 rates could be tried/);
  });

  test('an aborted sweep rejects with the reason, and leaves nothing over', async () => {
    const control = new AbortController();
    const before = memory().numTensors;
    async function* data(): AsyncGenerator<Tensor, void, void> {
      for (let i = 0; ; i++) {
        if (i === 5) control.abort(new Error('enough'));
        const batch = scalar(1);
        try {
          yield batch;
        } finally {
          batch.dispose();
        }
      }
    }
    const source = data();
    await expect(findLearningRate(step, { data: source, key: key(0), signal: control.signal })).rejects.toThrow(
      'enough',
    );
    await source.return();
    expect(memory().numTensors).toBe(before);
  });
});
