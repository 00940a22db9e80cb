import { key, leaves, mapLeaves, type Objective, split } from '@genai/core';
import { binary, gaussian, independent, normal, standardNormal } from '@genai/distributions';
import { dense } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, fill, mul, scalar, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/aggregate.json' with { type: 'json' };
import { elbo } from './elbo.js';
import { gaussianKernel } from './gaussian-kernel.js';
import { infoVae } from './info-vae.js';
import { inverseMultiquadraticKernel } from './inverse-multiquadratic-kernel.js';
import { mmd } from './mmd.js';
import { mmdVae } from './mmd-vae.js';
import { tcVae } from './tc-vae.js';
import { vae } from './vae.js';

const parts = { encoder: gaussian(dense(3, 4)), decoder: binary(dense(2, 3)), prior: standardNormal(2) };
const linear = vae(parts);
type Params = ReturnType<typeof linear.init>;

test.each(['info', 'mmd', 'tc'] as const)(
  'goldens: the %s objective has the scalars and the gradients of PyTorch with the same noise',
  (name) => {
    scope(() => {
      // The recipe is golden/aggregate.py: weights, noise and the prior's draws are sine waves.
      const wave = (from: number, by: number, shape: number[], height = 1): Tensor => {
        const size = shape.reduce((a, b) => a * b, 1);
        return tensor(
          Array.from({ length: size }, (_, i) => height * Math.sin(from + by * i)),
          shape,
        );
      };
      let leaf = 0;
      const params = mapLeaves<Tensor, Params>(linear.init(key(0)), (t) => wave(1 + 3 * leaf++, 0.7, t.shape, 0.9));
      const encoder: typeof parts.encoder = {
        ...parts.encoder,
        given: (p, x) => {
          const q = parts.encoder.given(p, x);
          return { ...q, sample: () => add(q.base.loc, mul(q.base.scale, wave(2, 1.3, [3, 2]))) };
        },
      };
      const prior: typeof parts.prior = {
        ...parts.prior,
        given: (p) => ({ ...parts.prior.given(p), sample: () => wave(5, 1.7, [3, 2]) }),
      };
      const model = vae({ ...parts, encoder, prior });
      const objective: Objective<Tensor, Params> = {
        info: () => infoVae(model, { alpha: 0.3, lambda: 10, kernel: gaussianKernel(0.7) }),
        mmd: () => mmdVae(model, { lambda: 10, kernel: inverseMultiquadraticKernel([0.5, 2]) }),
        tc: () => tcVae(model, { dataSize: 50, alpha: 0.5, beta: 6, gamma: 1.5 }),
      }[name]();
      const x = tensor([0, 1, 1, 1, 0, 0, 1, 1, 0], [3, 3]);
      const { values, grad } = valueAndGrad((p: Params) => objective.loss(p, x, key(0), scalar(0)), params);
      const reference = golden[name];
      expect(Object.keys(values).sort()).toEqual(
        Object.keys(reference)
          .filter((what) => what !== 'grad')
          .sort(),
      );
      for (const [what, value] of Object.entries(values)) {
        expectClose(value as Tensor, [reference[what as 'loss']], { absolute: 1e-5, relative: 1e-5 });
      }
      for (const [i, [, g]] of leaves<Tensor>(grad).entries()) {
        expectClose(g, reference.grad[i]!, { absolute: 1e-5, relative: 1e-4 });
      }
    });
  },
);

/** Mean of what `f` gives for many keys, and its standard error. */
function averaged(runs: number, f: (seed: number) => Tensor): { mean: number; error: number } {
  const values = Array.from({ length: runs }, (_, seed) => {
    using made = owned({ value: scope(() => f(seed)) });
    return made.value.dataSync()[0]!;
  });
  const mean = values.reduce((a, b) => a + b) / runs;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1);
  return { mean, error: Math.sqrt(variance / runs) };
}

describe('mmd', () => {
  test('known answer: two and two numbers by hand', () => {
    scope(() => {
      // Squared distances: 1 within x, 16 within y, and 1, 9, 4, 4 across.
      const k = (square: number): number => 2 / (2 + square);
      const by = k(1) + k(16) - (2 / 4) * (k(1) + k(9) + k(4) + k(4));
      expectClose(mmd(tensor2d([[0], [1]]), tensor2d([[-1], [3]]), inverseMultiquadraticKernel()), [by]);
    });
  });

  test('known answer: unbiased, however few the draws, between N(m, 1) and N(0, 1) under a Gaussian kernel', () => {
    const [m, square] = [0.8, 0.5]; // σ² of the kernel
    // E exp(−u² / 2σ²) for u ~ N(m, 2) is √(σ² / (σ² + 2)) · exp(−m² / 2(σ² + 2)).
    const within = Math.sqrt(square / (square + 2));
    const exact = 2 * within * (1 - Math.exp(-(m ** 2) / (2 * (square + 2))));
    const { mean, error } = averaged(1_500, (seed) => {
      const [a, b] = split(key(seed));
      return mmd(add(normalNoise(a, [4, 1]), m), normalNoise(b, [3, 1]), gaussianKernel(square));
    });
    expect(error).toBeLessThan(exact / 10);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
  });

  test('errors', () => {
    scope(() => {
      expect(() => mmd(zeros([1, 2]), zeros([3, 2]), gaussianKernel())).toThrow(/needs 2 draws or more of each, got 1/);
      expect(() => mmd(zeros([3, 2]), zeros([3, 4]), gaussianKernel())).toThrow(/mmd: y: got shape \[3, 4\]/);
    });
    expect(() => gaussianKernel(0)).toThrow(/gaussianKernel: a scale must be a finite number above 0, got 0/);
    expect(() => inverseMultiquadraticKernel([])).toThrow(/scales is empty/);
  });
});

/** q(z | x) = N(loc of x, σ² I) where x (batch, 1) is 1 or −1 and loc is x times `direction`. */
const alongX = (direction: readonly number[], sigma: number) =>
  vae({
    encoder: {
      init: () => ({}),
      given: (_p: object, x: Tensor) => {
        const loc = mul(x, tensor2d([[...direction]])); // (batch, features)
        return independent(normal(loc, fill(loc.shape, sigma)), 1);
      },
    },
    decoder: {
      init: () => ({}),
      given: (_p: object, z: Tensor) => independent(normal(zeros([z.shape[0]!, 1]), fill([z.shape[0]!, 1], 1)), 1),
    },
    prior: standardNormal(direction.length),
  });
const NOTHING = { encoder: {}, decoder: {}, prior: {} };

describe('tcVae', () => {
  test('known answer: with dataSize 1 the aggregated posterior is the batch, whose information and correlation are integrals', () => {
    const sigma = 0.7;
    // One feature of q(z): ½ N(1, σ²) + ½ N(−1, σ²). Both together: ½ N((1, 1), σ² I) + ½ N((−1, −1), σ² I).
    const peak = (z: number, m: number) =>
      Math.exp(-((z - m) ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI));
    const grid = Array.from({ length: 401 }, (_, i) => -5 + i / 40);
    const entropy = (density: readonly number[], cell: number): number =>
      -density.reduce((sum, p) => sum + p * Math.log(p + 1e-300) * cell, 0);
    const single = entropy(
      grid.map((z) => (peak(z, 1) + peak(z, -1)) / 2),
      1 / 40,
    );
    const joint = entropy(
      grid.flatMap((a) => grid.map((b) => (peak(a, 1) * peak(b, 1) + peak(a, -1) * peak(b, -1)) / 2)),
      1 / 1600,
    );
    const conditional = 2 * 0.5 * Math.log(2 * Math.PI * Math.E * sigma ** 2);
    const exact = { mutualInformation: joint - conditional, totalCorrelation: 2 * single - joint };
    expect(exact.mutualInformation).toBeGreaterThan(0.3);
    expect(exact.totalCorrelation).toBeGreaterThan(0.1);

    // Half the batch is 1, half −1: its mixture is q(z).
    using data = owned({ x: tensor2d(Array.from({ length: 128 }, (_, i) => [i % 2 ? 1 : -1])) });
    const objective = tcVae(alongX([1, 1], sigma), { dataSize: 1 });
    for (const [name, value] of Object.entries(exact) as [keyof typeof exact, number][]) {
      const { mean, error } = averaged(30, (seed) => objective.loss(NOTHING, data.x, key(seed), scalar(0))[name]);
      expect(error).toBeLessThan(0.02);
      expect(Math.abs(mean - value), name).toBeLessThan(4 * error);
    }
  });

  test('known answer: the bias of minibatch-weighted sampling, log N where codes coincide and log M more where they lie apart', () => {
    const [dataSize, batch] = [100, 8];
    using data = owned({ x: tensor2d(Array.from({ length: batch }, (_, i) => [1000 * i])) });
    const of = (direction: number[]) => {
      const made = scope(() => tcVae(alongX(direction, 1), { dataSize }).loss(NOTHING, data.x, key(0), scalar(0)));
      using values = owned(made);
      return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, (value as Tensor).dataSync()[0]!]),
      );
    };
    const together = of([0, 0, 0]);
    expect(together.mutualInformation).toBeCloseTo(Math.log(dataSize), 4); // of 0
    expect(together.totalCorrelation).toBeCloseTo(2 * Math.log(dataSize), 4); // of 0: three features but one
    expect(together.dimensionKl).toBeCloseTo(-3 * Math.log(dataSize), 4); // q(z) is the prior
    expect(of([1, 0, 0]).mutualInformation).toBeCloseTo(Math.log(dataSize * batch), 4); // of log N
  });

  test('law: the three parts add up to the KL divergence, with all weights 1 the loss is the ELBO without closed form', () => {
    scope(() => {
      const params = linear.init(key(0));
      const x = tensor([0, 1, 1, 1, 0, 0], [2, 3]);
      const got = tcVae(linear, { dataSize: 9 }).loss(params, x, key(1), scalar(0));
      expectClose(add(add(got.mutualInformation, got.totalCorrelation), got.dimensionKl), got.kl, { absolute: 1e-4 });
      expectClose(got.loss, add(got.distortion, got.kl), { absolute: 1e-4 });
      const warm = tcVae(linear, { dataSize: 9, beta: (step) => step }).loss(params, x, key(1), scalar(3));
      expectClose(warm.loss, add(got.loss, mul(got.totalCorrelation, 2)), { absolute: 1e-4 });
    });
  });

  test('errors', () => {
    expect(() => tcVae(linear, { dataSize: 0 })).toThrow(/tcVae: dataSize must be an integer of at least 1/);
    expect(() => tcVae(linear, { dataSize: 5, gamma: -1 })).toThrow(/tcVae: gamma must be a finite number/);
  });
});

describe('infoVae', () => {
  test('law: where α is 0 and λ is 1 it is the ELBO, and a schedule is followed', () => {
    scope(() => {
      const params = linear.init(key(0));
      const x = tensor([0, 1, 1, 1, 0, 0], [2, 3]);
      const kernel = gaussianKernel();
      const plain = infoVae(linear, { lambda: 1, kernel }).loss(params, x, key(1), scalar(0));
      expectClose(plain.loss, add(plain.distortion, plain.kl));
      expectClose(plain.kl, elbo(linear).loss(params, x, key(1), scalar(0)).kl);
      const half = infoVae(linear, { lambda: 3, kernel, alpha: (step) => mul(step, 0.25) });
      const got = half.loss(params, x, key(1), scalar(2));
      expectClose(got.loss, add(add(got.distortion, mul(got.kl, 0.5)), mul(got.mmd, 2.5)));
    });
  });

  test('errors', () => {
    const kernel = gaussianKernel();
    expect(() => infoVae(linear, { alpha: 1.5, lambda: 1, kernel })).toThrow(
      /alpha must be a finite number of at most 1/,
    );
    expect(() => infoVae(linear, { alpha: 0, lambda: 0.5, kernel })).toThrow(
      /lambda must be .* at least 1 − alpha = 1/,
    );
    expect(() => mmdVae(linear, { lambda: -1, kernel })).toThrow(/lambda must be/);
  });
});
