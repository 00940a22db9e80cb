import { GenaiError, key } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { ones, scalar, sum, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { categorical } from './categorical.js';
import { independent } from './independent.js';
import { logistic } from './logistic.js';
import { normal } from './normal.js';

distributionLaws('independent of normals', () => ({
  params: () => ({
    loc: tensor2d([
      [0, 1],
      [-1, 2],
      [0.5, 0.5],
    ]),
    scale: tensor2d([[1, 0.6]]),
  }),
  given: ({ loc, scale }) => independent(normal(loc, scale), 1), // batch 3, event 2
  support: { from: -6, to: 7 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

distributionLaws('independent of categoricals, all in one event', () => ({
  params: () => ({
    logits: tensor2d([
      [-1, 0.5, 2],
      [0, 1, -2],
    ]),
  }),
  given: ({ logits }) => independent(categorical(logits), 1),
  support: { values: [0, 1, 2] },
  reparameterised: [],
  valueAndGrad,
}));

test('laws: nested, it is one of the sum of the ranks; of rank 0, its base', () => {
  scope(() => {
    const base = normal(zeros([2, 3, 4]), ones([4]));
    const nested = independent(independent(base, 1), 1);
    const x = nested.sample(key(0), [5]);
    expect([nested.batchShape, nested.eventShape]).toEqual([[2], [3, 4]]);
    expectClose(nested.logProb(x), independent(base, 2).logProb(x));
    expectClose(nested.logProb(x), sum(base.logProb(x), [-2, -1]));
    expectClose(independent(base, 0).logProb(x), base.logProb(x));
    expectClose(nested.entropy(), independent(base, 2).entropy());
  });
});

test('types: it has a mean where its base has one', () => {
  scope(() => {
    expectClose(independent(logistic(ones([2]), ones([2])), 1).mean(), [1, 1]);
    const labels = independent(categorical(zeros([2, 3])), 1);
    // @ts-expect-error: a categorical distribution has no mean
    expect(labels.mean).toBeUndefined();
  });
});

test('errors: a rank beyond the batch axes, and values that do not fit', () => {
  scope(() => {
    const base = normal(zeros([2, 3]), scalar(1));
    for (const rank of [-1, 3, 0.5]) {
      expect(() => independent(base, rank)).toThrow(GenaiError);
      expect(() => independent(base, rank)).toThrow(
        `integer from 0 to 2, the batch axes of the base [2, 3], got ${rank}`,
      );
    }
    expect(() => independent(base, 1).logProb(zeros([2, 4]))).toThrow('then batch [2], then event [3]');
  });
});
