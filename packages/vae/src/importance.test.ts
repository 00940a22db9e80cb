import { key, leaves, type Model, mapLeaves, type Objective, split, type Tree } from '@genai/core';
import { binary, gaussian, type Independent, independent, type Normal, normal } from '@genai/distributions';
import { dense } from '@genai/nn';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, exp, mul, scalar, type Tensor, tensor, tile } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/importance.json' with { type: 'json' };
import { ciwae } from './ciwae.js';
import { gatedVae } from './gated-vae.js';
import { iwae } from './iwae.js';
import { miwae } from './miwae.js';
import { piwae } from './piwae.js';
import { type Vae, vae } from './vae.js';
import { vampPrior } from './vamp-prior.js';

const [samples, importance] = [3, 2];
const X = [0, 1, 1, 1, 0, 0];

/** A linear VAE whose prior is a learnt normal: each of its parts has parameters. */
const learntNormal: Model<{ loc: Tensor; logScale: Tensor }, Independent<Normal>> = {
  init: () => ({ loc: tensor([0.3, -0.2]), logScale: tensor([0.1, 0]) }),
  given: ({ loc, logScale }) => independent(normal(loc, exp(logScale)), 1),
};
const parts = { encoder: gaussian(dense(3, 4)), decoder: binary(dense(2, 3)), prior: learntNormal };
const linear = vae(parts);
type Params = ReturnType<typeof linear.init>;

test.each(['miwae', 'ciwae', 'piwae', 'iwae', 'dreg'] as const)(
  'goldens: %s has the loss and the gradients of PyTorch with the same noise',
  (name) => {
    scope(() => {
      // The recipe is golden/importance.py: weights and noise are sine waves.
      const wave = (from: number, step: number, { size, shape }: { size: number; shape: number[] }, height = 1) =>
        tensor(
          Array.from({ length: size }, (_, i) => height * Math.sin(from + step * i)),
          shape,
        );
      let leaf = 0;
      const params = mapLeaves<Tensor, Params>(linear.init(key(0)), (t) => wave(1 + 3 * leaf++, 0.7, t, 0.9));
      const noise = wave(2, 1.3, { size: 24, shape: [24] }).dataSync();
      let draw = 0;
      const encoder: typeof parts.encoder = {
        ...parts.encoder,
        given: (p, x) => {
          const q = parts.encoder.given(p, x);
          const next = () => tensor(noise.slice(4 * draw, 4 * ++draw), [2, 2]);
          return { ...q, sample: () => add(q.base.loc, mul(q.base.scale, next())) };
        },
      };
      const model = vae({ ...parts, encoder });
      const objective: Objective<Tensor, Params> = {
        miwae: () => miwae(model, { samples, importance }),
        ciwae: () => ciwae(model, { samples: samples * importance, beta: 0.3 }),
        piwae: () => piwae(model, { samples, importance }),
        iwae: () => iwae(model, { samples: samples * importance }),
        dreg: () => iwae(model, { samples: samples * importance, doublyReparameterised: true }),
      }[name]();
      const x = tensor(X, [2, 3]);
      const { values, grad } = valueAndGrad((p: Params) => objective.loss(p, x, key(0), scalar(0)), params);
      const reference = golden[name];
      for (const [what, value] of Object.entries(values)) {
        expectClose(value as Tensor, [reference[what as 'loss']], { absolute: 1e-5, relative: 1e-5 });
      }
      const found = leaves<Tensor>(grad);
      expect(found).toHaveLength(reference.grad.length);
      for (const [i, [, g]] of found.entries()) {
        expectClose(g, reference.grad[i]!, { absolute: 2e-6, relative: 1e-4 });
      }
    });
  },
);

describe('laws', () => {
  test('with one bound, or no share of the ELBO, they are the importance-weighted bound', () => {
    using held = owned({ params: scope(() => linear.init(key(0))), x: tensor(X, [2, 3]) });
    const loss = (objective: Objective<Tensor, Params>): number => {
      using value = owned({ loss: scope(() => objective.loss(held.params, held.x, key(3), scalar(0)).loss) });
      return value.loss.dataSync()[0]!;
    };
    const plain = loss(iwae(linear, { samples: 5 }));
    expect(loss(miwae(linear, { samples: 1, importance: 5 }))).toBeCloseTo(plain, 5);
    expect(loss(piwae(linear, { samples: 5, importance: 1 }))).toBeCloseTo(plain, 5);
    expect(loss(ciwae(linear, { samples: 5, beta: 0 }))).toBeCloseTo(plain, 5);
    expect(loss(ciwae(linear, { samples: 5, beta: () => scalar(0) }))).toBeCloseTo(plain, 5);
    expect(loss(iwae(linear, { samples: 5, doublyReparameterised: true }))).toBeCloseTo(plain, 5);
    const elbo = loss(miwae(linear, { samples: 5, importance: 1 }));
    expect(loss(ciwae(linear, { samples: 5, beta: 1 }))).toBeCloseTo(elbo, 5);
    // Jensen: more draws in a bound make it tighter, draw by draw.
    expect(elbo).toBeGreaterThan(plain);
  });

  /** Mean and squared standard error of every number of the gradient, over many keys and a batch of equal examples. */
  function moments<P>(model: Vae<P>, params: P, doublyReparameterised: boolean, runs: number): [number, number][] {
    const objective = iwae(model, { samples: 3, doublyReparameterised });
    using held = owned({ x: scope(() => tile(tensor([1, 0, 1, 0], [1, 4]), [64, 1])) });
    const rows = split(key(doublyReparameterised ? 1 : 2), runs).map((k) => {
      const loss = (p: P) => ({ loss: objective.loss(p, held.x, k, scalar(0)).loss });
      using grad = owned(scope(() => valueAndGrad(loss as never, params as never).grad as Tree<Tensor>));
      return leaves<Tensor>(grad).flatMap(([, g]) => Array.from(g.dataSync()));
    });
    return rows[0]!.map((_, i) => {
      const mean = rows.reduce((sum, row) => sum + row[i]!, 0) / runs;
      const variance = rows.reduce((sum, row) => sum + (row[i]! - mean) ** 2, 0) / (runs - 1);
      return [mean, variance / runs];
    });
  }

  test('the doubly reparameterised gradient has the expectation of the plain one, with a prior made of the encoder too', () => {
    const vamp = vae({
      ...gatedVae({ inputs: 4, hidden: [2], latents: 1 }),
      prior: vampPrior(2, [4], { mean: 0.5, deviation: 0.3 }),
    });
    using params = owned(scope(() => vamp.init(key(5))));
    const runs = 50;
    const [plain, doubly] = [false, true].map((kind) =>
      moments(vamp, params as ReturnType<typeof vamp.init>, kind, runs),
    );
    let moved = 0;
    for (const [i, [mean, variance]] of plain!.entries()) {
      const [other, otherVariance] = doubly![i]!;
      const error = Math.sqrt(variance + otherVariance);
      expect(Math.abs(mean - other)).toBeLessThanOrEqual(4 * error + 1e-6);
      if (Math.abs(mean) > 8 * error) moved++;
    }
    expect(moved).toBeGreaterThan(10); // the errors are small enough to tell
  });
});

test('errors', () => {
  expect(() => miwae(linear, { samples: 0, importance: 2 })).toThrow(/miwae: samples must be an integer of at least 1/);
  expect(() => piwae(linear, { samples: 1, importance: 0 })).toThrow(/piwae: importance must be an integer/);
  expect(() => ciwae(linear, { samples: 1, beta: 1.5 })).toThrow(/ciwae: beta must be a number from 0 to 1.*got 1.5/);
});
