import { type Distribution, key, split } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  matMul,
  memory,
  mul,
  neg,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { annealedImportanceSampling } from './annealed-importance-sampling.js';
import { sigmoidSchedule } from './annealing-schedule.js';
import { effectiveSampleSize } from './effective-sample-size.js';
import type { LatentModel } from './latent-model.js';
import { reverseAnnealing } from './reverse-annealing.js';

const LOG_2PI = Math.log(2 * Math.PI);

/** N(0, I) over `width` latents. */
const standard = (width: number): Distribution<Tensor> => ({
  batchShape: [],
  eventShape: [width],
  sample: (k, shape = []) => normalNoise(k, [...shape, width]),
  logProb: (z) => scope(() => sub(mul(sum(square(z), -1), -0.5), 0.5 * width * LOG_2PI)),
});

const WEIGHTS = [
  [0.8, 0.4, -0.6],
  [0.0, 1.2, 0.5],
];
const MEAN = [0.3, -0.2, 1];
const NOISE = 1;

/** Probabilistic principal component analysis: x = z W + μ + NOISE · ε. Tensors are made inside: nothing is left over. */
const linear: LatentModel = {
  prior: standard(2),
  logLikelihood: (z, x) =>
    scope(() => {
      const error = sub(x, add(matMul(z, tensor2d(WEIGHTS)), tensor1d(MEAN))); // (rows, 3)
      return sub(mul(sum(square(error), -1), -0.5 / NOISE ** 2), 1.5 * LOG_2PI + 3 * Math.log(NOISE));
    }),
};

const X = [
  [0.5, 1.0, 0.2],
  [-1.0, 0.6, 2.0],
  [1.5, -2.0, -0.5],
  [0.1, -0.8, 1.7],
];

// scipy 1.17: multivariate_normal(MEAN, C).logpdf(X) with C = W.T @ W + NOISE**2 * I
const EXACT = [-4.235964165260477, -4.43478209534009, -5.110155927115791, -3.9061863874827];

// numpy: inv(C), log(det(C))
const PRECISION = [
  [0.7020422291450329, -0.11907234337140882, 0.23592938733125648],
  [-0.11907234337140882, 0.4170993423329873, -0.1287642782969886],
  [0.23592938733125648, -0.1287642782969886, 0.7202492211838006],
];
const LOG_DET = 1.7540576020440433;

/** log p(x) of one example. */
function exact(x: readonly number[]): number {
  const error = x.map((value, i) => value - MEAN[i]!);
  const squared = error.reduce(
    (total, e, i) => total + e * error.reduce((dot, f, j) => dot + PRECISION[i]![j]! * f, 0),
    0,
  );
  return -0.5 * (squared + LOG_DET + 3 * LOG_2PI);
}

describe('known answers: a linear Gaussian model', () => {
  test('log p(x) within 0.05 nats at 500 steps and 16 chains', async () => {
    using x = owned(tensor2d(X));
    const before = memory().numTensors;
    const found = await annealedImportanceSampling(linear, x, {
      key: key(0),
      chains: 16,
      steps: 500,
      leapfrogs: 2,
      adaptation: 50,
    });
    expect(memory().numTensors).toBe(before);
    expectClose(found.logProb, EXACT, { absolute: 0.05, relative: 0 });
    for (const [i, value] of found.logProb.entries()) {
      expect(Math.abs(value - EXACT[i]!)).toBeLessThan(4 * found.standardError[i]!);
      expect(found.standardError[i]).toBeLessThan(0.1);
      expect(found.effectiveSampleSize[i]).toBeGreaterThan(13);
    }
    expectClose(X.map(exact), EXACT);
    for (const share of found.acceptance) expect(Math.abs(share - 0.7)).toBeLessThan(0.2);
  });

  test('few steps: the mean weight is unbiased, so that thousands of chains still find p(x)', async () => {
    using x = owned(tensor2d(X.slice(0, 1)));
    const options = { chains: 5_000, steps: 6, leapfrogs: 2, adaptation: 6 };
    const { logProb, standardError } = await annealedImportanceSampling(linear, x, { key: key(1), ...options });
    expect(standardError[0]).toBeLessThan(0.05);
    expect(Math.abs(logProb[0]! - EXACT[0]!)).toBeLessThan(4 * standardError[0]!);
  });

  test('bidirectional: simulated data lie between the bounds, which close as steps grow', async () => {
    const [forLatents, forNoise] = split(key(2));
    using z = owned(normalNoise(forLatents, [12, 2]));
    using x = owned(
      scope(() => add(add(matMul(z, tensor2d(WEIGHTS)), tensor1d(MEAN)), mul(normalNoise(forNoise, [12, 3]), NOISE))),
    );
    const gaps: number[] = [];
    for (const steps of [3, 60]) {
      const options = { chains: 8, steps, leapfrogs: 3, adaptation: 30 };
      const lower = await annealedImportanceSampling(linear, x, { key: key(3), ...options });
      const upper = await reverseAnnealing(linear, x, z, { key: key(4), ...options });
      const rows = await x.array();
      const truth = mean((rows as number[][]).map(exact));
      const error = Math.hypot(...lower.standardError, ...upper.standardError) / 12;
      expect(mean(lower.logProb)).toBeLessThan(truth + 3 * error);
      expect(mean(upper.logProb)).toBeGreaterThan(truth - 3 * error);
      gaps.push(mean(upper.logProb) - mean(lower.logProb));
    }
    expect(gaps[1]).toBeLessThan(0.1);
    expect(gaps[0]).toBeGreaterThan(2 * gaps[1]!);
  });
});

test('known answers: logistic regression with one latent, by quadrature', async () => {
  // p(x = 1 | z) = σ(3 z) for five coins that share z; the integral over z by the trapezoid rule.
  const coins: LatentModel = {
    prior: standard(1),
    logLikelihood: (z, x) => scope(() => neg(sum(softplus(mul(mul(z, 3), x)), -1))), // x of ∓1: −log(1 + exp(3 z x))
  };
  const outcomes = [-1, -1, 1, -1, -1];
  let integral = 0;
  for (let z = -8; z <= 8; z += 0.01) {
    const likelihood = outcomes.reduce((product, x) => product / (1 + Math.exp(3 * z * x)), 1);
    integral += (0.01 * likelihood * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
  }
  using x = owned(tensor2d([outcomes]));
  const options = {
    key: key(5),
    chains: 64,
    steps: 120,
    leapfrogs: 3,
    adaptation: 30,
    schedule: (progress: number) => progress,
  };
  const { logProb, standardError } = await annealedImportanceSampling(coins, x, options);
  expect(standardError[0]).toBeLessThan(0.05);
  expect(Math.abs(logProb[0]! - Math.log(integral))).toBeLessThan(4 * standardError[0]!);
});

test('laws: one key, one answer', async () => {
  using x = owned(tensor2d(X));
  const run = () =>
    annealedImportanceSampling(linear, x, { key: key(6), chains: 2, steps: 5, leapfrogs: 2, adaptation: 3 });
  expect(await run()).toEqual(await run());
});

test('laws: a signal ends it with its reason, nothing left over', async () => {
  using x = owned(tensor2d(X));
  const before = memory().numTensors;
  const controller = new AbortController();
  const run = annealedImportanceSampling(linear, x, { key: key(7), steps: 1e6, signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await expect(run).rejects.toThrow('enough');
  expect(memory().numTensors).toBe(before);
});

test('sigmoidSchedule: known answers', () => {
  const schedule = sigmoidSchedule();
  expect([schedule(0), schedule(0.5), schedule(1)]).toEqual([0, 0.5, 1]);
  // (σ(−2) − σ(−4)) / (σ(4) − σ(−4))
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  expect(schedule(0.25)).toBeCloseTo((sigmoid(-2) - sigmoid(-4)) / (sigmoid(4) - sigmoid(-4)), 12);
});

test('effectiveSampleSize: known answers', () => {
  expect(effectiveSampleSize([-1000, -1000, -1000])).toBeCloseTo(3, 12);
  expect(effectiveSampleSize([0, 0, Number.NEGATIVE_INFINITY])).toBe(2);
  expect(effectiveSampleSize([Math.log(3), 0])).toBeCloseTo(1.6, 12); // 4² / (9 + 1)
  expect(() => effectiveSampleSize([])).toThrow(/the greatest of 0 log weights/);
  expect(() => effectiveSampleSize([0, Number.NaN])).toThrow(/is NaN/);
});

test('errors: shapes, schedules and counts that do not fit', async () => {
  using x = owned(tensor2d(X));
  using z = owned(tensor2d(X.slice(1)));
  const run = (options: object, model = linear) =>
    annealedImportanceSampling(model, x, { key: key(0), steps: 3, adaptation: 3, ...options });
  await expect(run({ chains: 1 })).rejects.toThrow(/chains must be an integer of at least 2, got 1/);
  await expect(run({ schedule: () => 1 })).rejects.toThrow(/the schedule goes from 1 to 1, expected from 0 to 1/);
  await expect(run({ schedule: (t: number) => t + Math.sin(2 * Math.PI * t) })).rejects.toThrow(/falling between/);
  const wide = { ...linear, logLikelihood: (codes: Tensor) => mul(codes, 1) };
  await expect(run({}, wide)).rejects.toThrow(
    /annealedImportanceSampling, logLikelihood: got shape \[64, 2\], expected \[64\]/,
  );
  const broken = { ...linear, logLikelihood: (codes: Tensor) => scope(() => mul(sum(codes, 1), Number.NaN)) };
  await expect(run({}, broken)).rejects.toThrow(/the log weights of example 0 reach NaN/);
  const side = { ...linear, prior: { ...standard(2), batchShape: [2] } };
  await expect(run({}, side)).rejects.toThrow(/the prior has batch shape \[2\]/);
  await expect(reverseAnnealing(linear, x, z, { key: key(0) })).rejects.toThrow(
    /reverseAnnealing, z: got shape \[3, 3\], expected \[4, 2\]/,
  );
});

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0) / values.length;
}
