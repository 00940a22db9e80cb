import { type Distribution, key, leaves, type Model } from '@genai/core';
import { independent, mixture, normal } from '@genai/distributions';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { fill, ones, scalar, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { elbo } from './elbo.js';
import { exemplarPrior } from './exemplar-prior.js';
import { gatedVae } from './gated-vae.js';
import { mixturePrior } from './mixture-prior.js';
import { tcVae } from './tc-vae.js';
import { vae } from './vae.js';

const parts = gatedVae({ inputs: 4, hidden: [5], latents: 2 });

modelLaws('mixturePrior', () => ({
  model: mixturePrior(3, 2),
  context: () => undefined,
  data: () => normalNoise(key(2), [5, 2]),
}));

describe('mixturePrior', () => {
  test('known answer: at first it is an equal mixture of normals of scale 1 around its means', () => {
    scope(() => {
      const prior = mixturePrior(3, 2);
      const params = prior.init(key(0));
      const z = normalNoise(key(1), [5, 2]);
      const byHand = mixture(zeros([3]), independent(normal(params.loc, ones([3, 2])), 1));
      expectClose(prior.given(params).logProb(z), byHand.logProb(z));
    });
  });

  test('errors', () => {
    expect(() => mixturePrior(0, 2)).toThrow(/mixturePrior\(0, 2\): count must be an integer of at least 1/);
  });
});

describe('exemplarPrior', () => {
  test('known answer: normals of one scale around the means of the exemplars', () => {
    scope(() => {
      const exemplars = tensor([0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1], [3, 4]);
      const model = vae({ ...parts, prior: exemplarPrior(exemplars, { scale: 0.6 }) });
      const params = model.init(key(0));
      const z = normalNoise(key(1), [5, 2]);
      const loc = model.encode(params, exemplars).mean();
      const byHand = mixture(zeros([3]), independent(normal(loc, fill([3, 2], 0.6)), 1));
      expectClose(model.prior(params).logProb(z), byHand.logProb(z));
    });
  });

  test('law: made within a loss from the examples of a batch, gradients reach the scale and the encoder', () => {
    using held = owned({
      params: scope(() => vae({ ...parts, prior: exemplarPrior(scalar(0)) }).init(key(0))),
      batch: { x: scope(() => ones([2, 4])), others: tensor([0, 1, 1, 0, 1, 0, 1, 1], [2, 4]) },
    });
    type P = typeof held.params;
    const loss = (params: P): { loss: Tensor } =>
      elbo<P>(vae({ ...parts, prior: exemplarPrior(held.batch.others) })).loss(params, held.batch.x, key(1), scalar(0));
    using grad = owned(scope(() => valueAndGrad((p: P) => ({ loss: loss(p).loss }), held.params).grad));
    for (const [path, g] of leaves<Tensor>(grad)) expect(Math.hypot(...g.dataSync()), path).toBeGreaterThan(0);
  });

  test('errors', () => {
    scope(() => {
      expect(() => exemplarPrior(zeros([3, 4]), { scale: 0 })).toThrow(/scale must be a finite number above 0, got 0/);
    });
  });
});

test('types: a prior that is made of the encoder asks of it what it needs', () => {
  const blind = undefined as unknown as Model<object, Distribution<Tensor>, Tensor>;
  const prior = exemplarPrior(undefined as unknown as Tensor);
  // @ts-expect-error Distribution has no mean
  const withoutMean = () => vae({ ...parts, encoder: blind, prior });
  const withMean = () => vae({ ...parts, prior });
  // @ts-expect-error a density that may be correlated between features has no total correlation by pairs
  const correlated = () => tcVae(vae({ ...parts, encoder: blind }), { dataSize: 9 });
  expect([withoutMean, withMean, correlated]).toHaveLength(3);
});
