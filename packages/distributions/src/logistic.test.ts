import { key } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { ones, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { logistic, logisticNoise } from './logistic.js';

distributionLaws('logistic', () => ({
  params: () => ({ loc: tensor1d([0, 1.5]), scale: tensor1d([1, 0.4]) }),
  given: ({ loc, scale }) => logistic(loc, scale),
  support: { from: -20, to: 20 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

test('goldens of scipy: log-probabilities and entropies, into the tails', () => {
  scope(() => {
    const { loc, scale, x, logProb, entropy } = golden.logistic;
    const d = logistic(tensor1d(loc), tensor1d(scale));
    expectClose(d.logProb(tensor2d(x, [x.length, 1])), logProb, { relative: 1e-6 });
    expectClose(d.entropy(), entropy);
  });
});

test('laws: noise is finite, and no outlier', () => {
  using noise = owned(logisticNoise(key(0), [200_000]));
  expect(noise.dataSync().every((x) => Math.abs(x) < 17)).toBe(true);
});

test('errors: shapes that do not broadcast', () => {
  scope(() => {
    expect(() => logistic(ones([2]), ones([3]))).toThrow('logistic: shapes [2] and [3] do not broadcast');
    expect(() => logistic(ones([2]), ones([2])).logProb(ones([3]))).toThrow('logistic.logProb: x has shape [3]');
  });
});
