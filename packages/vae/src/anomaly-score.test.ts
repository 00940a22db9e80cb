import { key } from '@genai/core';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { dense } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, ones, sub, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { B, COVARIANCE, GAIN, linearGaussian, NONE, SIGMA, W } from '../test/linear-gaussian.js';
import { anomalyScore, reconstructionNll } from './anomaly-score.js';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { vae } from './vae.js';

const X = [
  [0.3, -0.2, 0.1],
  [1.4, 0.3, -0.6],
  [3, 3, 3],
];

describe('known answers: under a linear Gaussian model, whose posterior is exact', () => {
  test('the score is −log N(x; b, W Wᵀ + σ² I), with one draw as with many', () => {
    using world = owned({ x: tensor2d(X) });
    for (const samples of [2, 16]) {
      using found = owned({ scores: anomalyScore(linearGaussian, NONE, world.x, { key: key(0), samples }) });
      expectClose(found.scores, X.map(negativeLogDensity), { absolute: 1e-4 });
    }
  });

  test('reconstructionNll: E (x − W z − b)² / 2σ² over the posterior, in closed form', () => {
    using world = owned({ x: tensor2d(X) });
    const samples = 4_000;
    using found = owned({
      scores: anomalyScore(linearGaussian, NONE, world.x, { key: key(1), samples, kind: reconstructionNll }),
    });
    const exact = X.map((x) => {
      const loc = [0, 1].map((j) => GAIN[j]! * W.reduce((sum, row, i) => sum + row[j]! * (x[i]! - B[i]!), 0));
      const misfit = W.map((row, i) => (x[i]! - B[i]! - row[0] * loc[0]! - row[1] * loc[1]!) ** 2);
      // Var W z = σ² Σⱼ gainⱼ wᵢⱼ².
      const spread = W.map((row) => SIGMA ** 2 * (GAIN[0]! * row[0] ** 2 + GAIN[1]! * row[1] ** 2));
      const expected = [...misfit, ...spread].reduce((a, b) => a + b, 0);
      return expected / (2 * SIGMA ** 2) + 3 * (Math.log(SIGMA) + 0.5 * Math.log(2 * Math.PI));
    });
    expectClose(found.scores, exact, { absolute: 0.1, relative: 0.01 });
  });
});

const model = vae({ encoder: gaussian(dense(3, 4)), decoder: binary(dense(2, 3)), prior: standardNormal(2) });

test('laws: more draws extend fewer, a reference is taken off, and only the scores are left over', () => {
  using world = owned(
    scope(() => ({
      params: model.init(key(0)),
      other: model.init(key(1)),
      x: tensor2d([
        [0, 1, 1],
        [1, 0, 0],
      ]),
    })),
  );
  const { params, other, x } = world;
  const before = memory().numTensors;
  const options = { key: key(2), samples: 5 };
  using made = owned({
    plain: anomalyScore(model, params, x, options),
    nll: importanceWeightedNll(model, params, x, options),
    reference: importanceWeightedNll(model, other, x, options),
    ratio: anomalyScore(model, params, x, { ...options, reference: { model, params: other } }),
    itself: anomalyScore(model, params, x, { ...options, reference: { model, params } }),
    four: reconstructionNll(model, params, x, { key: key(2), samples: 4 }),
    five: reconstructionNll(model, params, x, options),
  });
  expect(memory().numTensors - before).toBe(7);
  expectClose(made.plain, made.nll);
  using byHand = owned({ ratio: scope(() => sub(made.nll, made.reference)) });
  expectClose(made.ratio, byHand.ratio);
  expectClose(made.itself, [0, 0]);
  // The fifth draw alone lies between 0 and what three pixels can cost.
  const fifth = made.five.dataSync().map((mean, i) => 5 * mean - 4 * made.four.dataSync()[i]!);
  expect(fifth.every((nll) => nll > 0 && nll < 20)).toBe(true);
});

test('errors', () => {
  scope(() => {
    const params = model.init(key(0));
    expect(() => anomalyScore(model, params, ones([1, 3]), { key: key(0), samples: 0 })).toThrow(
      /anomalyScore: samples must be an integer of at least 1, got 0/,
    );
    expect(() => reconstructionNll(model, params, ones([1, 3]), { key: key(0), samples: 0.5 })).toThrow(
      /reconstructionNll/,
    );
  });
});

/** −log N(x; b, Σ) of three numbers, the determinant and the inverse by cofactors. */
function negativeLogDensity(x: readonly number[]): number {
  const S = COVARIANCE;
  const cofactor = (i: number, j: number): number => {
    const at = (k: number, l: number): number => S[(i + k) % 3]![(j + l) % 3]!;
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  };
  const determinant = [0, 1, 2].reduce((sum, j) => sum + S[0]![j]! * cofactor(0, j), 0);
  let square = 0;
  for (const i of [0, 1, 2]) for (const j of [0, 1, 2]) square += (x[i]! - B[i]!) * (x[j]! - B[j]!) * cofactor(i, j);
  return 0.5 * (square / determinant + Math.log(determinant) + 3 * Math.log(2 * Math.PI));
}
