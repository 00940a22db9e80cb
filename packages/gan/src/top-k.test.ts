import { GenaiError } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type AdversarialLoss, hinge, nonSaturating, relativistic, wasserstein } from './losses.js';
import { topK } from './top-k.js';

const FAKE = [0.5, -2, 3, 1, -1];
const REAL = [1, 2, 3, 4, 5];

function generatorOf(loss: AdversarialLoss): { value: number[]; slope: number[] } {
  return scope(() => {
    const { values, grad } = valueAndGrad(
      ({ fake }: { fake: Tensor }) => ({ loss: loss.generator(fake, () => tensor1d(REAL)) }),
      { fake: tensor1d(FAKE) },
    );
    return { value: Array.from(values.loss.dataSync()), slope: Array.from(grad.fake.dataSync()) };
  });
}

test('known answers: the mean is over the most real, and the others have no gradient', () => {
  const { value, slope } = generatorOf(topK(wasserstein(), 0.4));
  expectClose(value, [-2]);
  expectClose(slope, [0, 0, -0.5, -0.5, 0]);
  const sure = generatorOf(topK(nonSaturating(), 0.6));
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  expectClose(sure.slope, [-sigmoid(-0.5) / 3, 0, -sigmoid(-3) / 3, -sigmoid(-1) / 3, 0]);
});

test('known answers: a relativistic loss keeps the pairs of the examples that stay', () => {
  const { value } = generatorOf(topK(relativistic(), 0.4));
  expectClose(value, [(Math.log1p(Math.exp(3 - 3)) + Math.log1p(Math.exp(4 - 1))) / 2]);
});

test('known answers: a share of 1 changes nothing, and one example always stays', () => {
  for (const loss of [hinge(), nonSaturating(), relativistic()]) {
    const [all, plain] = [generatorOf(topK(loss, 1)), generatorOf(loss)];
    expectClose(all.value, plain.value);
    expectClose(all.slope, plain.slope);
  }
  expectClose(generatorOf(topK(wasserstein(), 0.01)).slope, [0, 0, -1, 0, 0]);
  expect(topK(hinge(), 0.5).critic.toString()).toBe(hinge().critic.toString());
});

test('errors: shares out of range', () => {
  expect(() => topK(hinge(), 0)).toThrow(GenaiError);
  expect(() => topK(hinge(), 1.2)).toThrow('topK: share must be above 0 and at most 1, got 1.2.');
});
