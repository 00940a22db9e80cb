import { GenaiError } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { ones, tensor1d, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { bernoulli } from './bernoulli.js';
import { categorical } from './categorical.js';
import { independent } from './independent.js';
import { mixture } from './mixture.js';
import { normal } from './normal.js';

distributionLaws('mixture of normals, its logits alone with a batch', () => ({
  params: () => ({
    logits: tensor2d([
      [0.5, -0.5, 0],
      [-1, 1, 2],
    ]),
    loc: tensor1d([-2, 0, 3]),
    scale: tensor1d([0.5, 1, 0.7]),
  }),
  given: ({ logits, loc, scale }) => mixture(logits, normal(loc, scale)),
  support: { from: -9, to: 9 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

distributionLaws('mixture of vectors, its components alone with a batch', () => ({
  params: () => ({
    logits: tensor1d([0.3, -0.4]),
    loc: tensor3d([
      [
        [0, 1],
        [2, -1],
      ],
      [
        [1, 1],
        [-1, 0],
      ],
    ]), // batch 2, mixtures 2, event 2
    scale: tensor1d([0.6, 0.9]),
  }),
  given: ({ logits, loc, scale }) => mixture(logits, independent(normal(loc, scale), 1)),
  support: { from: -6, to: 6 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

distributionLaws('mixture of vectors of bits', () => ({
  params: () => ({
    logits: tensor1d([0.3, -0.4]),
    bits: tensor2d([
      [-1, 2, 0.5],
      [1, -1, 0],
    ]),
  }),
  given: ({ logits, bits }) => mixture(logits, independent(bernoulli(bits), 1)),
  support: { values: [0, 1] },
  reparameterised: [],
  valueAndGrad,
}));

test('goldens of scipy: log-probabilities, into the tails', () => {
  scope(() => {
    const { logits, loc, scale, x, logProb } = golden.mixture;
    const d = mixture(tensor1d(logits), normal(tensor1d(loc), tensor1d(scale)));
    expectClose(d.logProb(tensor1d(x)), logProb, { relative: 1e-6 });
  });
});

test('types: it has a mean where its components have one', () => {
  scope(() => {
    expectClose(mixture(tensor1d([0, 0]), normal(tensor1d([1, 3]), ones([2]))).mean(), [2]);
    const labels = mixture(zeros([2]), categorical(zeros([2, 3])));
    // @ts-expect-error: a categorical distribution has no mean
    expect(labels.mean).toBeUndefined();
  });
});

test('errors: logits that do not fit the components', () => {
  scope(() => {
    expect(() => mixture(zeros([3]), normal(zeros([2]), ones([2])))).toThrow(GenaiError);
    for (const [logits, batch] of [
      [[3], [1]],
      [
        [2, 3],
        [1, 3],
      ],
      [[], []],
    ] as const) {
      expect(() => mixture(zeros([...logits]), normal(zeros([...batch]), ones([...batch])))).toThrow('mixture: ');
    }
  });
});
