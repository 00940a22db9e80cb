import { scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { ones, scalar, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { bernoulli } from './bernoulli.js';

distributionLaws('bernoulli', () => ({
  params: () => ({
    logits: tensor2d([
      [-1, 0.5, 2],
      [0, 3, -4],
    ]),
  }), // 0, where |x| and relu have no derivative
  given: ({ logits }) => bernoulli(logits),
  support: { values: [0, 1] },
  reparameterised: [],
  valueAndGrad,
}));

test('goldens of scipy: log-probabilities and entropies, where σ is 0 or 1', () => {
  scope(() => {
    const { logits, ones: one, zeros: zero, entropy } = golden.bernoulli;
    const d = bernoulli(tensor1d(logits));
    expectClose(d.logProb(scalar(1)), one, { absolute: 2e-6, relative: 1e-6 });
    expectClose(d.logProb(scalar(0)), zero, { absolute: 2e-6, relative: 1e-6 });
    expectClose(d.entropy(), entropy, { absolute: 2e-6 });
  });
});

test('known answers: a grey pixel is scored by its cross-entropy', () => {
  scope(() => {
    const score = bernoulli(tensor1d([0, 2])).logProb(tensor1d([0.25, 0.75]));
    expectClose(score, [Math.log(0.5), 0.75 * 2 - Math.log(1 + Math.exp(2))]);
  });
});

test('errors: values that do not fit', () => {
  scope(() => {
    expect(() => bernoulli(zeros([2])).logProb(ones([3]))).toThrow('bernoulli.logProb: x has shape [3]');
  });
});
