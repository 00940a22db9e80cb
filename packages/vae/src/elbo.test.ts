import { disposeTree, type Key, key, leaves, type Objective, type Schedule, type Tree } from '@genai/core';
import { binary, gaussian, independent, normal, standardNormal, transformed } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { owned, scope, silu, valueAndGrad } from '@genai/tensor';
import { add, clone, div, fill, memory, mul, scalar, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { denoising } from './denoising.js';
import { elbo } from './elbo.js';
import { iwae } from './iwae.js';
import { type Vae, vae } from './vae.js';

const images = () =>
  tensor2d([
    [0, 1, 1, 0, 1, 0],
    [1, 1, 0, 0, 0, 1],
    [0, 0, 0, 1, 1, 1],
  ]);
const small = vae({
  encoder: gaussian(mlp([6, 8, 2 * 3], { activation: silu })),
  decoder: binary(mlp([3, 8, 6], { activation: silu })),
  prior: standardNormal(3),
});

/** The scalars of an objective as numbers. */
function values<P, M extends string>(
  objective: Objective<Tensor, P, Tensor, M>,
  params: P,
  { k = key(1), step = 0 }: { k?: Key; step?: number } = {},
): { [name in M | 'loss']: number } {
  const x = images();
  const made = scope<unknown>(() => objective.loss(params, x, k, scalar(step))) as object;
  const numbers = Object.fromEntries(
    (Object.entries(made) as [string, Tensor][]).map(([name, value]) => {
      expect(value.shape).toEqual([]);
      return [name, value.dataSync()[0]!];
    }),
  );
  disposeTree(made as Tree<Tensor>);
  x.dispose();
  return numbers as { [name in M | 'loss']: number };
}

/** q(z | x) = N(loc, scale²) whatever x is, with a decoder that ignores z: the KL divergence is known by hand. */
const fixed = (loc: readonly number[], scale: readonly number[]): Vae<object> =>
  vae({
    encoder: {
      init: () => ({}),
      given: (_params: object, x: Tensor) => {
        const rows = <T>(row: readonly T[]) => Array.from({ length: x.shape[0]! }, () => [...row]);
        return independent(normal(tensor2d(rows(loc)), tensor2d(rows(scale))), 1);
      },
    },
    decoder: {
      init: () => ({}),
      given: (_params: object, z: Tensor) =>
        independent(normal(fill([z.shape[0]!, 6], 0.5), fill([z.shape[0]!, 6], 1)), 1),
    },
    prior: standardNormal(loc.length),
  }) as unknown as Vae<object>;

const PARAMS = { encoder: {}, decoder: {}, prior: {} };
/** ½ (s² + m² − 1) − ln s, from N(m, s²) to N(0, 1). */
const klOf = (m: number, s: number): number => 0.5 * (s * s + m * m - 1) - Math.log(s);

describe('known answers', () => {
  test('kl and distortion of a fixed q and decoder, and β in front of the first', () => {
    const [a, b] = [klOf(1, 0.5), klOf(-0.3, 2)];
    const distortion = 6 * (0.5 * Math.log(2 * Math.PI) + 0.125); // every |x − ½| is ½
    for (const beta of [0, 0.5, 1, 4]) {
      const got = values(elbo(fixed([1, -0.3], [0.5, 2]), { beta }), PARAMS);
      expect(got.kl).toBeCloseTo(a + b, 5);
      expect(got.distortion).toBeCloseTo(distortion, 5);
      expect(got.loss).toBeCloseTo(distortion + beta * (a + b), 4);
    }
  });

  test('free bits: a feature below the threshold costs the threshold and has no gradient', () => {
    const [a, b] = [klOf(1, 0.5), klOf(0.1, 1)]; // about 0.82 and 0.005
    const got = values(elbo(fixed([1, 0.1], [0.5, 1]), { freeBits: 0.25 }), PARAMS);
    expect(got.kl).toBeCloseTo(a + b, 5); // what is watched is not clipped
    expect(got.loss - got.distortion).toBeCloseTo(a + 0.25, 5);

    using params = owned(scope(() => small.init(key(0))));
    const x = images();
    // So many free nats that no feature costs anything: the gradient is that of β = 0.
    const gradOf = (objective: Objective<Tensor, typeof params, Tensor, 'kl' | 'distortion'>) =>
      scope(() => valueAndGrad((p: typeof params) => objective.loss(p, x, key(2), scalar(0)), params).grad);
    using free = owned(gradOf(elbo<typeof params>(small as never, { freeBits: 1e6 })));
    using none = owned(gradOf(elbo<typeof params>(small as never, { beta: 0 })));
    for (const [i, [, leaf]] of leaves<Tensor>(free).entries()) {
      expect(Array.from(leaf.dataSync())).toEqual(Array.from(leaves<Tensor>(none)[i]![1].dataSync()));
    }
    x.dispose();
  });

  test('free bits are clipped after the mean over the batch, not before', () => {
    // One example far from the prior, two at it: the mean is above the threshold though two of three are below.
    const spread = vae({
      encoder: {
        init: () => ({}),
        given: (_params: object, x: Tensor) => {
          const loc = tensor2d(Array.from({ length: x.shape[0]! }, (_, i) => [i === 0 ? 3 : 0]));
          return independent(normal(loc, fill(loc.shape, 1)), 1);
        },
      },
      decoder: {
        init: () => ({}),
        given: (_params: object, z: Tensor) =>
          independent(normal(fill([z.shape[0]!, 6], 0.5), fill([z.shape[0]!, 6], 1)), 1),
      },
      prior: standardNormal(1),
    });
    const got = values(elbo(spread, { freeBits: 1 }), PARAMS as never);
    expect(got.loss - got.distortion).toBeCloseTo(4.5 / 3, 5); // mean of 4.5, 0, 0; the other order gives 6.5 / 3
  });

  test('a schedule warms the KL divergence up by the step', () => {
    const warmup: Schedule<Tensor> = (step) => div(step, 10);
    using params = owned(scope(() => small.init(key(0))));
    for (const step of [0, 5, 10]) {
      const got = values(elbo(small, { beta: warmup }), params, { step });
      expect(got.loss).toBeCloseTo(got.distortion + (step / 10) * got.kl, 4);
    }
  });

  test('without a closed form the KL divergence is estimated with the z that is decoded', () => {
    const shift = 0.7;
    // z = z₀ + 0.7 with z₀ ~ N(0, I), written as a transformed distribution that nobody knows a closed form for.
    const shifted = vae({
      encoder: gaussian(mlp([6, 8, 2 * 3])),
      decoder: binary(mlp([3, 8, 6])),
      prior: {
        init: () => ({}),
        given: () =>
          transformed(standardNormal(3).given({}), {
            forward: (z) => ({ y: add(z, shift), logDet: scalar(0) }),
            inverse: (y) => ({ x: sub(y, shift), logDet: scalar(0) }),
          }),
      },
    });
    using params = owned(scope(() => shifted.init(key(0))));
    // The closed form belongs to N(0.7, I).
    const closed = vae({
      encoder: gaussian(mlp([6, 8, 2 * 3])),
      decoder: binary(mlp([3, 8, 6])),
      prior: { init: () => ({}), given: () => independent(normal(fill([3], shift), fill([3], 1)), 1) },
    });
    const estimates = Array.from({ length: 400 }, (_, i) => values(elbo(shifted), params as never, { k: key(i) }).kl);
    const mean = estimates.reduce((a, b) => a + b, 0) / estimates.length;
    const deviation = Math.sqrt(estimates.reduce((a, b) => a + (b - mean) ** 2, 0) / estimates.length);
    const exact = values(elbo(closed), params as never).kl;
    expect(deviation).toBeGreaterThan(0.01); // it is an estimate
    expect(Math.abs(mean - exact)).toBeLessThan((4 * deviation) / Math.sqrt(estimates.length));
  });

  test('iwae with one sample has the value of the ELBO with the same z', () => {
    using params = owned(scope(() => small.init(key(0))));
    const x = images();
    const objective = values(iwae(small, { samples: 1 }), params, { k: key(4) });
    const estimates = Array.from(
      { length: 300 },
      (_, i) => values(iwae(small, { samples: 1 }), params, { k: key(i) }).loss,
    );
    const elbos = Array.from({ length: 300 }, (_, i) => values(elbo(small), params, { k: key(i) }).loss);
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(Math.abs(mean(estimates) - mean(elbos))).toBeLessThan(0.05);
    expect(Object.keys(objective)).toEqual(['loss']);
    x.dispose();
  });
});

describe('laws', () => {
  const objectives = {
    elbo: elbo(small),
    'elbo with free bits': elbo(small, { freeBits: 1e-4, beta: 0.5 }),
    iwae: iwae(small, { samples: 3 }),
    denoising: denoising(small, (x) => mul(x, 0.5)),
  } as const;

  for (const [name, objective] of Object.entries(objectives)) {
    test(`${name}: a gradient reaches every parameter, and the numbers agree with differences`, () => {
      type P = ReturnType<typeof small.init>;
      using params = owned(scope(() => small.init(key(0))));
      const x = images();
      const loss = (p: P): { loss: Tensor } => ({
        loss: (objective as Objective<Tensor, P>).loss(p, x, key(2), scalar(3)).loss,
      });
      using grad = owned(scope(() => valueAndGrad(loss, params as P).grad));
      for (const [path, leaf] of leaves<Tensor>(grad as never)) {
        expect(
          Array.from(leaf.dataSync()).some((g) => g !== 0),
          path,
        ).toBe(true);
      }
      const at = (shift: number): number => {
        const moved = scope(() => ({
          ...params,
          encoder: params.encoder.map((layer, i) => (i === 1 ? { ...layer, weight: add(layer.weight, shift) } : layer)),
        }));
        const value = scope(() => loss(moved as P).loss);
        const number = value.dataSync()[0]!;
        value.dispose();
        moved.encoder[1]!.weight.dispose();
        return number;
      };
      const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
      const sum = Array.from((grad as P).encoder[1]!.weight.dataSync()).reduce((a, b) => a + b, 0);
      expect(Math.abs(slope - sum)).toBeLessThan(0.02 * Math.max(1, Math.abs(sum)));
      x.dispose();
    });

    test(`${name}: nothing but its scalars is left behind, outside a scope too`, () => {
      using params = owned(scope(() => small.init(key(0))));
      const [x, step] = [images(), scalar(3)];
      const before = memory().numTensors;
      const made = (objective as Objective<Tensor, ReturnType<typeof small.init>>).loss(params, x, key(1), step);
      expect(memory().numTensors - before).toBe(Object.keys(made).length);
      disposeTree([made, x, step]);
    });

    test(`${name}: the same key gives the same loss, another key another`, () => {
      using params = owned(scope(() => small.init(key(0))));
      const loss = (k: Key) =>
        values(objective as Objective<Tensor, ReturnType<typeof small.init>>, params, { k }).loss;
      expect(loss(key(1))).toBe(loss(key(1)));
      expect(loss(key(1))).not.toBe(loss(key(2)));
    });
  }

  test('denoising: the encoder sees the corrupted input, the decoder explains the clean one', () => {
    using params = owned(scope(() => small.init(key(0))));
    const seen: (readonly number[])[] = [];
    const spy: typeof small = {
      ...small,
      encode: (p, x, k) => {
        seen.push(Array.from(x.dataSync()));
        return small.encode(p, x, k);
      },
      decode: (p, z, k) => {
        const x = small.decode(p, z, k);
        return {
          ...x,
          logProb: (value: Tensor) => {
            seen.push(Array.from(value.dataSync()));
            return x.logProb(value);
          },
        };
      },
    };
    values(
      denoising(spy, (x) => sub(1, x)),
      params,
    );
    const x = images();
    expect(seen[0]).toEqual(Array.from(x.dataSync()).map((value) => 1 - value));
    expect(seen[1]).toEqual(Array.from(x.dataSync()));
    x.dispose();
    const plain = values(
      denoising(small, (x) => clone(x)),
      params,
    );
    expect(plain.loss).toBeCloseTo(plain.distortion + plain.kl, 4);
  });
});

describe('errors', () => {
  test.each([-1, Number.NaN, Infinity])('β and free bits must be finite and at least 0: %s', (value) => {
    expect(() => elbo(small, { beta: value })).toThrow(/elbo: beta must be/);
    expect(() => elbo(small, { freeBits: value })).toThrow(/elbo: freeBits must be/);
    expect(() => denoising(small, (x) => x, { beta: value })).toThrow(/denoising: beta must be/);
  });

  test.each([0, 2.5])('iwae needs a whole number of samples: %s', (samples) => {
    expect(() => iwae(small, { samples })).toThrow(/iwae: samples must be/);
  });
});
