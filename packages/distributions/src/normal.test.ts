import { GenaiError } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { ones, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { normal } from './normal.js';

distributionLaws('normal', () => ({
  params: () => ({ loc: tensor1d([0, 1.5, -2]), scale: tensor2d([[1], [0.5]]) }),
  given: ({ loc, scale }) => normal(loc, scale), // batch (2, 3)
  support: { from: -8, to: 8 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

distributionLaws('normal without batch', () => ({
  params: () => ({ loc: tensor(0.5), scale: tensor(0.7) }),
  given: ({ loc, scale }) => normal(loc, scale),
  support: { from: -6, to: 6 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

test('goldens of scipy: log-probabilities and entropies, into the tails', () => {
  scope(() => {
    const { loc, scale, x, logProb, entropy } = golden.normal;
    const d = normal(tensor1d(loc), tensor1d(scale));
    expectClose(d.logProb(tensor2d(x, [x.length, 1])), logProb, { relative: 1e-6 });
    expectClose(d.entropy(), entropy);
  });
});

test('errors: shapes that do not broadcast', () => {
  scope(() => {
    expect(() => normal(ones([2]), ones([3]))).toThrow(GenaiError);
    expect(() => normal(ones([2]), ones([3]))).toThrow('normal: shapes [2] and [3] do not broadcast');
    expect(() => normal(ones([2, 3]), ones([3])).logProb(ones([4, 2]))).toThrow(
      'normal.logProb: x has shape [4, 2], expected […, 2, 3]: any leading axes, then batch [2, 3], then event [].',
    );
  });
});
