import {
  disposeTree,
  fold,
  type Game,
  type Key,
  key,
  type Layer,
  leaves,
  mapLeaves,
  mapTrees,
  type NoParams,
  split,
  type Tree,
} from '@genai/core';
import {
  binary,
  gaussian,
  type Independent,
  independent,
  type Normal,
  normal,
  standardNormal,
} from '@genai/distributions';
import { dense, mlp } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  concat,
  div,
  fill,
  matMul,
  mul,
  scalar,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  tensor2d,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { moments } from '../test/linear-gaussian.js';
import { type FactorMetrics, factorVae, permuteDims } from './factor-vae.js';
import { vae } from './vae.js';

describe('permuteDims', () => {
  test('laws: each feature is permuted by itself; the same key permutes the same way', () => {
    using world = owned(
      scope(() => {
        const z = normalNoise(key(0), [50, 3]);
        return { z, a: permuteDims(z, key(1)), again: permuteDims(z, key(1)), other: permuteDims(z, key(2)) };
      }),
    );
    const columns = (x: Tensor): number[][] => {
      const rows = x.arraySync() as number[][];
      return [0, 1, 2].map((j) => rows.map((row) => row[j]!));
    };
    const ordered = (values: number[]): number[] => [...values].sort((p, q) => p - q);
    const [before, after] = [columns(world.z), columns(world.a)];
    expect(after.map(ordered)).toEqual(before.map(ordered));
    const orders = after.map((column, j) => column.map((value) => before[j]!.indexOf(value)));
    expect(orders[0]).not.toEqual(orders[1]);
    expect(orders[1]).not.toEqual(orders[2]);
    expect(world.again.dataSync()).toEqual(world.a.dataSync());
    expect(world.other.dataSync()).not.toEqual(world.a.dataSync());
  });

  test('known answer: every place of an example is as likely as every other', () => {
    using world = owned({ z: tensor2d([[0], [1], [2], [3]]) });
    const counts = Array.from({ length: 16 }, () => 0);
    const runs = 1_000;
    for (let i = 0; i < runs; i++) {
      const made = permuteDims(world.z, fold(key(5), i));
      for (const [place, value] of made.dataSync().entries()) counts[4 * place + value]!++;
      made.dispose();
    }
    const allowed = 4.5 * Math.sqrt(runs * 0.25 * 0.75);
    for (const count of counts) expect(Math.abs(count - runs / 4)).toBeLessThan(allowed);
  });

  test('gradients go back to where a code came from', async () => {
    using world = owned({ z: normalNoise(key(0), [5, 2]) });
    await checkGradients((z) => square(permuteDims(z, key(1))), [world.z]);
  });
});

/** q(z | x) = N(x, s²), so that q(z) is N(0, Σ + s² I) for x ~ N(0, Σ); the decoder does not matter. */
const SPREAD = 0.3;
const known = vae({
  encoder: {
    init: () => ({}),
    given: (_: NoParams, x: Tensor): Independent<Normal> => independent(normal(x, fill(x.shape, SPREAD)), 1),
  },
  decoder: {
    init: () => ({}),
    given: (_: NoParams, z: Tensor): Independent<Normal> => independent(normal(z, fill(z.shape, 1)), 1),
  },
  prior: standardNormal(2),
});

describe('factorVae', () => {
  test('known answer: under the best critic it tells the total correlation of Gaussian codes, −½ log(1 − ρ²)', () => {
    const covariance = 0.8;
    const variance = 1 + SPREAD ** 2;
    const rho = covariance / variance;
    /** log N(z; 0, Σ) − Σⱼ log N(zⱼ; 0, Σⱼⱼ), as the difference of two logits. */
    const best: Layer<Tensor, NoParams> = {
      init: () => ({}),
      apply: (_, z) =>
        scope(() => {
          const [a, b] = [0, 1].map((j) => div(slice(z, [0, j], [z.shape[0]!, 1]), Math.sqrt(variance))) as [
            Tensor,
            Tensor,
          ];
          const squares = add(square(a), square(b));
          const joint = div(sub(squares, mul(mul(a, b), 2 * rho)), 1 - rho ** 2);
          const ratio = mul(add(sub(squares, joint), -Math.log(1 - rho ** 2)), 0.5); // (batch, 1)
          return concat([mul(ratio, 0.5), mul(ratio, -0.5)], 1);
        }),
    };
    const count = 20_000;
    using found = owned(
      scope(() => {
        const noise = normalNoise(key(0), [count, 2]);
        const x = matMul(
          noise as never,
          tensor2d([
            [1, covariance],
            [0, Math.sqrt(1 - covariance ** 2)],
          ]),
        );
        const turn = { step: scalar(0), memory: {} };
        const game = factorVae(known, best, { gamma: 3 });
        const params = { vae: { encoder: {}, decoder: {}, prior: {} }, critic: {} };
        const told = game.players.vae(params, x, key(1), turn);
        const { loss: critic, accuracy } = game.players.critic(params, x, key(2), turn);
        return { ...told, critic, accuracy } as { readonly [name: string]: Tensor };
      }),
    );
    const number = (name: string): number => found[name]!.dataSync()[0]!;
    const exact = -0.5 * Math.log(1 - rho ** 2); // 0.388 nats
    expect(Math.abs(number('tc') - exact)).toBeLessThan((4 * 0.75) / Math.sqrt(count)); // its deviation is ρ
    expectClose(number('loss'), -number('elbo') + 3 * number('tc'), { relative: 1e-5 });
    expectClose(number('elbo'), -number('distortion') - number('kl'), { relative: 1e-5 });
    const { jensenShannon, variation } = apart(rho);
    expect(Math.abs(number('critic') - (Math.LN2 - jensenShannon))).toBeLessThan(0.01);
    expect(Math.abs(number('accuracy') - (1 + variation) / 2)).toBeLessThan(0.01);
  });

  test('goldens: losses, scalars and gradients of PyTorch with the same weights, noise and order', () => {
    scope(() => {
      const { model, params, x } = golden();
      const game = factorVae(model, dense(2, 2), { gamma: 6 });
      const turn = { step: scalar(0), memory: {} };
      const first = valueAndGrad(
        (own: typeof params.vae) => game.players.vae({ ...params, vae: own }, x, key(1), turn),
        params.vae,
      );
      const close = { absolute: 2e-6, relative: 2e-6 };
      expectClose(
        ['loss', 'distortion', 'kl', 'tc', 'elbo'].map((name) => first.values[name as 'loss']),
        [6.213792, 2.34702, 1.073654, 0.46552, -2.34702 - 1.073654],
        close,
      );
      expectClose(
        leaves<Tensor>(first.grad).map(([, g]) => g),
        GRADIENT,
        close,
      );
      const second = valueAndGrad(
        (own: typeof params.critic) => game.players.critic({ ...params, critic: own }, x, key(1), turn),
        params.critic,
      );
      expectClose([second.values.loss, second.values.accuracy!], CRITIC, close);
      expectClose(
        leaves<Tensor>(second.grad).map(([, g]) => g),
        CRITIC_GRADIENT,
        close,
      );
    });
  });

  test('training: a larger γ makes the codes of correlated data less dependent', () => {
    const [without, withIt] = [0, 8].map((gamma) => {
      const model = vae({ encoder: featurewise(), decoder: featurewise(), prior: standardNormal(2) });
      using trained = owned(
        played(factorVae(model, mlp([2, 16, 1]), { gamma }), { steps: 300, batch: 100, rate: 0.02 }),
      );
      using codes = owned({ z: scope(() => model.encode(trained.vae, correlated(key(99), 4_000)).sample(key(98))) });
      return gaussianTc(codes.z.dataSync());
    }) as [number, number];
    expect(without).toBeGreaterThan(0.2);
    expect(withIt).toBeLessThan(0.5 * without);
  });

  test('errors', () => {
    const critic = dense(2, 3);
    expect(() => factorVae(known, critic, { gamma: -1 })).toThrow(
      /factorVae: gamma must be a finite number of at least 0/,
    );
    expect(() => factorVae(known, critic, { gamma: Number.NaN })).toThrow(/got NaN/);
    scope(() => {
      const game = factorVae(known, critic, { gamma: 1 });
      const params = { vae: { encoder: {}, decoder: {}, prior: {} }, critic: critic.init(key(0)) };
      const turn = { step: scalar(0), memory: {} };
      expect(() => game.players.vae(params, zeros([4, 2]), key(0), turn)).toThrow(
        /the critic gives shape \[4, 3\] for 4 codes, expected \[4, 1\] or \[4, 2\]/,
      );
      expect(() => permuteDims(zeros([2, 3, 1]), key(0))).toThrow(/permuteDims: z has shape \[2, 3, 1\]/);
    });
  });
});

const GRADIENT = [
  -2.143652, 0.881115, -0.228953, -0.25081, -2.794174, 0.962828, -1.110504, -0.191576, -1.510166, 0.63026, -0.601952,
  -0.185156, -3.653818, 1.511376, -0.830905, -0.435966, 0.135647, 0.13959, 0.0362, 0.078907, 0.373425, 0.142011,
  -0.382497, -0.405477, 0.007937,
];
const CRITIC = [0.723659, 0.5];
const CRITIC_GRADIENT = [-0.055185, 0.055185, -0.056519, 0.056519, 0.113524, -0.113524];

/** Jensen-Shannon divergence (nats) and total variation of N(0, [[1, ρ], [ρ, 1]]) and N(0, I), by a sum over a grid. */
function apart(rho: number): { readonly jensenShannon: number; readonly variation: number } {
  const step = 0.05;
  let jensenShannon = 0;
  let variation = 0;
  for (let x = -6; x <= 6; x += step) {
    for (let y = -6; y <= 6; y += step) {
      const q = Math.exp(-0.5 * (x * x + y * y)) / (2 * Math.PI);
      const p =
        Math.exp((-0.5 * (x * x - 2 * rho * x * y + y * y)) / (1 - rho ** 2)) / (2 * Math.PI * Math.sqrt(1 - rho ** 2));
      const m = (p + q) / 2;
      variation += step ** 2 * 0.5 * Math.abs(p - q);
      jensenShannon += step ** 2 * 0.5 * ((p > 0 ? p * Math.log(p / m) : 0) + (q > 0 ? q * Math.log(q / m) : 0));
    }
  }
  return { jensenShannon, variation };
}

/**
 * The model of the goldens. Leaf n of the parameters holds 0.9 sin(1 + 3 n + 0.7 i) at its element i, the noise of q sin(2 + 1.3 i):
 *
 *   We, be, Wd, bd, Wc, bc = leaves of shape (3, 4), (4), (2, 3), (3), (2, 2), (2)
 *   loc, raw = (x @ We + be).chunk(2, -1); q = Normal(loc, softplus(raw) + 1e-3); z = q.loc + q.scale * noise
 *   distortion = -Bernoulli(logits=z @ Wd + bd).log_prob(x).sum(-1).mean(); kl = kl_divergence(q, Normal(0, 1)).sum(-1).mean()
 *   l = z @ Wc + bc; tc = (l[:, 0] - l[:, 1]).mean(); autograd.grad(distortion + kl + 6 * tc, [We, be, Wd, bd])
 *   s = stack([z[[1, 0, 2], 0], z[[1, 2, 0], 1]], 1).detach(), the orders that permuteDims takes at key(1)
 *   critic = 0.5 * (cross_entropy(l, [0, 0, 0]) + cross_entropy(s @ Wc + bc, [1, 1, 1])); autograd.grad(critic, [Wc, bc])
 *
 * in PyTorch 1.13, float64.
 */
function golden() {
  const wave = (from: number, by: number, shape: readonly number[], height = 1): Tensor =>
    tensor(
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => height * Math.sin(from + by * i)),
      [...shape],
    );
  const noisy = gaussian(dense(3, 4));
  const encoder: typeof noisy = {
    ...noisy,
    given: (p, x) => {
      const q = noisy.given(p, x);
      return { ...q, sample: () => add(q.base.loc, mul(q.base.scale, wave(2, 1.3, [3, 2]))) };
    },
  };
  const model = vae({ encoder, decoder: binary(dense(2, 3)), prior: standardNormal(2) });
  const fresh = factorVae(model, dense(2, 2), { gamma: 6 }).init(key(0));
  let leaf = 0;
  const params = mapLeaves<Tensor, typeof fresh>(fresh, (t) => wave(1 + 3 * leaf++, 0.7, t.shape, 0.9));
  return { model, params, x: tensor([0, 1, 1, 1, 0, 0, 1, 1, 0], [3, 3]) };
}

type Featurewise = { readonly slope: Tensor; readonly raw: Tensor };

/** N(slope ⊙ x, softplus(raw)²): features are not mixed, so their dependence cannot be turned away. */
function featurewise() {
  const net: Layer<Tensor, Featurewise> = {
    init: () => ({ slope: fill([2], 0.5), raw: fill([2], -1) }),
    apply: ({ slope, raw }, x) => scope(() => concat([mul(x, slope), add(zerosLike(x), raw)], 1)),
  };
  return gaussian(net, { floor: 0.1 });
}

/** Draws from N(0, [[1, 0.9], [0.9, 1]]), (count, 2). */
function correlated(k: Key, count: number): Tensor {
  const mix = tensor2d([
    [1, 0.9],
    [0, Math.sqrt(1 - 0.9 ** 2)],
  ]);
  return matMul(normalNoise(k, [count, 2]) as never, mix);
}

/** −½ log(1 − r²) of pairs of numbers, in nats: the total correlation of a Gaussian of their correlation r. */
function gaussianTc(pairs: ArrayLike<number>): number {
  const { covariance } = moments(pairs, 2);
  const [[a, c], [, b]] = covariance as [[number, number], [number, number]];
  return -0.5 * Math.log(1 - c ** 2 / (a * b));
}

/** The parameters of both players after rounds of Adam; families do not import `train`. The caller's. */
function played<P extends { readonly vae: Tree<Tensor>; readonly critic: Tree<Tensor> }>(
  game: Game<Tensor, P, Tensor, FactorMetrics>,
  { steps, batch, rate }: { readonly steps: number; readonly batch: number; readonly rate: number },
): P {
  type State = { params: P; m: P; v: P };
  let state: State = scope(() => {
    const params = game.init(key(0));
    const zero = (): P => mapLeaves<Tensor, P>(params, (leaf) => zerosLike(leaf));
    return { params, m: zero(), v: zero() };
  });
  for (let i = 0; i < steps; i++) {
    const [forData, ...forPlayers] = split(fold(key(1), i), 3);
    const before = state;
    state = scope(() => {
      const x = correlated(forData, batch);
      const turn = { step: scalar(i), memory: {} };
      let { params, m, v } = before;
      for (const [n, name] of (['vae', 'critic'] as const).entries()) {
        const play = (own: Tree<Tensor>) => game.players[name]({ ...params, [name]: own }, x, forPlayers[n]!, turn);
        const grad = valueAndGrad(play, params[name]).grad;
        m = { ...m, [name]: mapTrees<Tensor, Tree<Tensor>>((a, g) => add(mul(a, 0.9), mul(g!, 0.1)), m[name], grad) };
        v = {
          ...v,
          [name]: mapTrees<Tensor, Tree<Tensor>>((a, g) => add(mul(a, 0.99), mul(square(g!), 0.01)), v[name], grad),
        };
        const size = (rate * Math.sqrt(1 - 0.99 ** (i + 1))) / (1 - 0.9 ** (i + 1));
        const moved = mapTrees<Tensor, Tree<Tensor>>(
          (p, a, b) => sub(p, mul(div(a!, add(sqrt(b!), 1e-8)), size)),
          params[name],
          m[name],
          v[name],
        );
        params = { ...params, [name]: moved };
      }
      return { params, m, v };
    });
    disposeTree(before);
  }
  disposeTree([state.m, state.v]);
  return state.params;
}
