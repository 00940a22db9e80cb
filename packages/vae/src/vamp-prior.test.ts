import { type Key, key, leaves, mapLeaves } from '@genai/core';
import { binary, gaussian, independent, logistic, mixture, normal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  clipByValue,
  exp,
  fill,
  mul,
  ones,
  reshape,
  scalar,
  split,
  type Tensor,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/vamp-prior.json' with { type: 'json' };
import { elbo } from './elbo.js';
import { gatedVae } from './gated-vae.js';
import { iwae } from './iwae.js';
import { vae } from './vae.js';
import { type VampPriorParams, vampPrior } from './vamp-prior.js';

const parts = gatedVae({ inputs: 4, hidden: [3, 5], latents: 2 });
const small = vae({ ...parts, prior: vampPrior(3, [4], { mean: 0.5, deviation: 0.2 }) });

modelLaws('a gated VAE with a VampPrior', () => ({
  model: small,
  context: () => undefined,
  data: () => tensor([0, 1, 1, 0, 1, 0, 1, 1], [2, 4]),
}));

test('goldens of PyTorch: loss and gradient at every parameter, pseudo-inputs and encoder among them', () => {
  scope(() => {
    // The recipe is golden/vamp-prior.py: weights and noise are sine waves.
    let leaf = 0;
    const params = mapLeaves<Tensor, ReturnType<typeof small.init>>(small.init(key(0)), ({ shape, size }, path) => {
      const n = leaf++;
      const wave = Array.from({ length: size }, (_, i) => 0.9 * Math.sin(1 + 3 * n + 0.7 * i));
      return tensor(path === 'encoder.logVariance.bias' ? [-7, 0.3] : wave, shape);
    });
    const noise = tensor(
      Array.from({ length: 4 }, (_, i) => Math.sin(2 + 1.3 * i)),
      [2, 2],
    );
    const encoder: typeof parts.encoder = {
      ...parts.encoder,
      given: (p, x) => {
        const q = parts.encoder.given(p, x);
        return { ...q, sample: () => add(q.base.loc, mul(q.base.scale, noise)) };
      },
    };
    const model = vae({ ...parts, encoder, prior: vampPrior(3, [4]) });
    const x = tensor([0, 1, 1, 0, 1, 0, 1, 1], [2, 4]);
    const { values, grad } = valueAndGrad((p: typeof params) => elbo(model).loss(p, x, key(0), scalar(0)), params);
    expectClose(values.distortion, [golden.distortion]);
    expectClose(values.kl, [golden.kl]);
    expectClose(model.prior(params).logProb(model.encode(params, x).sample(key(0))), golden.logPrior);
    const found = leaves<Tensor>(grad);
    expect(found).toHaveLength(golden.grad.length);
    for (const [i, [, g]] of found.entries()) {
      const size = Math.max(...golden.grad[i]!.map(Math.abs));
      expectClose(g, golden.grad[i]!, { absolute: 1e-5 * (1 + size), relative: 1e-4 });
    }
    // What is clipped has no gradient: the first feature of the log-variance, and pseudo-inputs below 0.
    expect(grad.encoder.logVariance.bias!.dataSync()[0]).toBe(0);
    expect(golden.grad.at(-1)!.filter((g) => g === 0).length).toBeGreaterThan(2);
  });
});

describe('known answers', () => {
  test('the prior is the mixture of the encoder at the clipped pseudo-inputs, whatever the encoder gives', () => {
    const net = mlp([4, 5, 2 * 2]);
    const encoders = {
      normal: gaussian(net),
      // No product of matrices for this one: the generic mixture.
      logistic: {
        init: net.init,
        given: (p: ReturnType<typeof net.init>, x: Tensor) => {
          const [loc, raw] = split(net.apply(p, reshape(x, [-1, 4])), 2, -1) as [Tensor, Tensor];
          return independent(logistic(loc, exp(raw)), 1);
        },
      },
    };
    for (const encoder of Object.values(encoders)) {
      scope(() => {
        const model = vae({
          encoder,
          decoder: binary(mlp([2, 4])),
          prior: vampPrior(6, [4], { mean: 0.5, deviation: 1 }),
        });
        const params = model.init(key(0));
        expect(params.prior.inputs.shape).toEqual([6, 4]);
        const u = clipByValue(params.prior.inputs, 0, 1);
        const byHand = mixture(zeros([6]), model.encode(params, u));
        const z = normalNoise(key(1), [5, 2]);
        const prior = model.prior(params);
        expect(prior.logProb(z).shape).toEqual([5]);
        expectClose(prior.logProb(z), byHand.logProb(z));
        expect(prior.sample(key(2), [3]).shape).toEqual([3, 2]);
      });
    }
  });

  test('where every q(z | x) is one and the same the KL divergence is 0 for every z', () => {
    const blind = vae({
      encoder: {
        init: () => ({}),
        given: (_p: object, x: Tensor) =>
          independent(normal(fill([x.shape[0]!, 2], 0.4), fill([x.shape[0]!, 2], 0.3)), 1),
      },
      decoder: binary(mlp([2, 4])),
      prior: vampPrior(7, [4]),
    });
    scope(() => {
      const params = blind.init(key(0));
      for (const seed of [0, 1]) {
        const { kl } = elbo<typeof params>(blind).loss(params, zeros([3, 4]), key(seed), scalar(0));
        expectClose(kl, [0], { absolute: 1e-5 });
      }
    });
  });
});

test('law: a gradient reaches the pseudo-inputs and the encoder through the prior, and the bound by many draws too', () => {
  using held = owned({ params: scope(() => small.init(key(0))), x: ones([2, 4]) });
  for (const objective of [elbo(small), iwae(small, { samples: 3 })]) {
    using grad = owned(
      scope(() => {
        const loss = (p: typeof held.params) => ({ loss: objective.loss(p, held.x, key(1), scalar(0)).loss });
        return valueAndGrad(loss, held.params).grad;
      }),
    );
    for (const [path, g] of leaves<Tensor>(grad)) {
      expect(Math.hypot(...g.dataSync()), path).toBeGreaterThan(0);
    }
  }
});

test('law: first pseudo-inputs have the mean and deviation that are asked for', () => {
  const values = (k: Key): number[] => {
    using p = owned<VampPriorParams>(vampPrior(50, [8, 10]).init(k));
    expect(p.inputs.shape).toEqual([50, 8, 10]);
    return Array.from(p.inputs.dataSync());
  };
  const all = values(key(0));
  const mean = all.reduce((a, b) => a + b) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  expect(Math.abs(mean - 0.05)).toBeLessThan((4 * 0.01) / Math.sqrt(all.length));
  expect(deviation).toBeCloseTo(0.01, 3);
});

test('errors', () => {
  expect(() => vampPrior(0, [4])).toThrow(/vampPrior\(0, \[4\]\): count must be an integer of at least 1/);
  expect(() => vampPrior(3, [4, 0.5])).toThrow(/each size must be an integer/);
  expect(() => vampPrior(3, [4], { deviation: -1 })).toThrow(/deviation finite and at least 0, got 0.05 and -1/);
  expect(() => gatedVae({ hidden: [] })).toThrow(/hidden is empty/);
  expect(() => gatedVae({ latents: 0 })).toThrow(/integer of at least 1/);
});
