import { GenaiError, key, randomCategorical } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { scalar, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { categorical } from './categorical.js';

distributionLaws('categorical', () => ({
  params: () => ({
    logits: tensor2d([
      [-1, 0.5, 2, 0],
      [0, 3, -4, 0],
    ]),
  }),
  given: ({ logits }) => categorical(logits),
  support: { values: [0, 1, 2, 3] },
  reparameterised: [],
  valueAndGrad,
}));

test('goldens of scipy: log-probabilities and entropies', () => {
  scope(() => {
    const { logits, logProb, entropy } = golden.categorical;
    const d = categorical(tensor2d(logits));
    const x = tensor2d([0, 1, 2, 3], [4, 1], 'int32');
    const byRow = logProb[0]!.map((_, k) => logProb.map((row) => row[k]!));
    expectClose(d.logProb(x), byRow, { relative: 1e-6 });
    expectClose(d.entropy(), entropy);
  });
});

test('parity: samples are int32 and those of core', () => {
  const logits = [0.5, -1, 2, 0];
  using d = owned({ logits: tensor1d(logits) });
  using x = owned(categorical(d.logits).sample(key(3), [1000]));
  expect(x.dtype).toBe('int32');
  expect(x.dataSync()).toEqual(randomCategorical(key(3), Float32Array.from(logits), 1000));
});

test('known answers: −∞ rules an index out', () => {
  scope(() => {
    const d = categorical(tensor1d([0, Number.NEGATIVE_INFINITY, 0]));
    expectClose(d.logProb(tensor1d([0, 1, 2], 'int32')), [-Math.LN2, Number.NEGATIVE_INFINITY, -Math.LN2]);
    expectClose(d.entropy(), [Math.LN2]);
    expect(d.sample(key(0), [1000]).dataSync()).not.toContain(1);
  });
});

test('errors: a scalar, and values that do not fit', () => {
  scope(() => {
    expect(() => categorical(scalar(1))).toThrow(GenaiError);
    expect(() => categorical(scalar(1))).toThrow('categorical: logits are a scalar');
    expect(() => categorical(zeros([2, 5])).logProb(zeros([3], 'int32'))).toThrow('expected […, 2]');
  });
});
