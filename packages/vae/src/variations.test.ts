import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, tensor2d, tile } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { B, GAIN, linearGaussian, moments, NONE, SIGMA, W } from '../test/linear-gaussian.js';
import { reconstruct } from './reconstruct.js';
import { variations } from './variations.js';

const COUNT = 4_000;
const X = [1.4, 0.3, -0.6];

/** Mean and covariance of W z + b where z has these means and variances. */
function through(mean: readonly number[], variance: readonly number[]) {
  return {
    mean: W.map((row, i) => row[0] * mean[0]! + row[1] * mean[1]! + B[i]!),
    covariance: W.map((row) => W.map((other) => row[0] * other[0] * variance[0]! + row[1] * other[1] * variance[1]!)),
  };
}

describe('known answers: variations under a linear Gaussian model', () => {
  // q(z | x) = N(GAIN · Wᵀ (x − b), σ² GAIN), mixed with N(0, 1).
  const posterior = [0, 1].map((j) => GAIN[j]! * W.reduce((sum, row, i) => sum + row[j]! * (X[i]! - B[i]!), 0));
  const spread = GAIN.map((g) => SIGMA ** 2 * g);

  test.each([0, 0.5, 1])('strength %s: the mean and variance of the mixture', (strength) => {
    using world = owned({ x: tensor2d([X]) });
    const made = variations(linearGaussian, NONE, world.x, { key: key(1), count: COUNT, strength });
    expect(made.shape).toEqual([COUNT, 1, 3]);
    const keep = Math.sqrt(1 - strength ** 2);
    const wanted = through(
      posterior.map((m) => keep * m),
      spread.map((s) => keep ** 2 * s + strength ** 2),
    );
    const found = moments(made.dataSync(), 3);
    made.dispose();
    expectClose(found.mean, wanted.mean, { absolute: 4 * Math.sqrt(2 / COUNT), relative: 0 });
    expectClose(found.covariance, wanted.covariance, { absolute: 4 * 2 * Math.sqrt(2 / COUNT), relative: 0 });
  });
});

test('laws: every example has variations of its own, alike at a small strength; nothing is left over', () => {
  using world = owned(scope(() => ({ x: tile(tensor2d([X, [-1, 1, 0]]), [2, 1]) })));
  const before = memory().numTensors;
  const made = variations(linearGaussian, NONE, world.x, { key: key(2), strength: 0.1 });
  expect(memory().numTensors - before).toBe(1);
  expect(made.shape).toEqual([8, 4, 3]);
  const [first] = made.arraySync() as number[][][];
  expect(new Set(first!.map(String)).size).toBe(4); // also where two examples are the same
  const again = reconstruct(linearGaussian, NONE, world.x);
  const targets = again.arraySync() as number[][];
  for (const [i, row] of first!.entries()) {
    for (const [j, value] of row.entries()) expect(Math.abs(value - targets[i]![j]!)).toBeLessThan(2);
  }
  made.dispose();
  again.dispose();
});

test('errors', () => {
  using world = owned({ x: tensor2d([X]) });
  const vary = (options: { count?: number; strength?: number }) => () =>
    variations(linearGaussian, NONE, world.x, { key: key(0), ...options });
  expect(vary({ count: 0 })).toThrow(/variations: count must be an integer/);
  for (const strength of [-0.1, 1.1, Number.NaN])
    expect(vary({ strength })).toThrow(/strength must be a number from 0/);
});
