import { type Key, key, split } from '@genai/core';
import { independent, normal, standardNormal } from '@genai/distributions';
import { owned, scope } from '@genai/tensor';
import { add, broadcastTo, fill, matMul, mul, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { lowerBound } from './lower-bound.js';
import { vae } from './vae.js';

// Probabilistic PCA: z ~ N(0, I₂), x | z ~ N(W z + b, σ² I₃). The columns of W are orthogonal, so that the posterior
// N((WᵀW + σ² I)⁻¹ Wᵀ (x − b), σ² (WᵀW + σ² I)⁻¹) has a diagonal covariance and the encoder can be exact.
const W = [
  [1, 1],
  [-1, 1],
  [0.5, 0],
] as const;
const B = [0.3, -0.2, 0.1] as const;
const SIGMA = 0.6;
const DATA = [
  [0.5, -1, 0.2],
  [1.4, 0.3, -0.6],
  [-0.7, 0.8, 0],
  [0, 0, 0],
];

/** W with columns a = (1, −1, 0.5) and b = (1, 1, 0): a · b = 0, |a|² = 2.25, |b|² = 2. */
function linearGaussian(errorOfMean: number, factorOfScale: number) {
  const variance = SIGMA ** 2;
  const squares = [2.25, 2];
  const gain = squares.map((square) => 1 / (square + variance));
  const toMean = W.map((row) => row.map((w, j) => w * gain[j]!));
  return vae({
    encoder: {
      init: () => ({}),
      given: (_params: object, x: Tensor) => {
        const centred = add(x, tensor1d(B.map((b) => -b)));
        const loc = add(matMul(centred as never, tensor2d(toMean)), errorOfMean); // (batch, 2)
        const scale = mul(tensor1d(gain.map((g) => SIGMA * Math.sqrt(g))), factorOfScale);
        return independent(normal(loc, broadcastTo(scale, loc.shape)), 1);
      },
    },
    decoder: {
      init: () => ({}),
      given: (_params: object, z: Tensor) => {
        const loc = add(matMul(z as never, tensor2d(W.map((row) => [...row])), false, true), tensor1d([...B])); // (batch, 3)
        return independent(normal(loc, fill(loc.shape, SIGMA)), 1);
      },
    },
    prior: standardNormal(2),
  });
}

const params = { encoder: {}, decoder: {}, prior: {} };
const bound = (
  model: ReturnType<typeof linearGaussian>,
  k: Key,
  samples?: number,
  data: number[][] = DATA,
): number[] => {
  using tensors = owned({ x: tensor2d(data) });
  using result = owned({ bound: scope(() => model.given(params).logProbBound(tensors.x, k, samples)) });
  expect(result.bound.shape).toEqual([data.length]);
  return Array.from(result.bound.dataSync());
};

/** log N(x; b, W Wᵀ + σ² I), by hand: the covariance of three numbers inverted by cofactors. */
function exact(x: readonly number[]): number {
  const c = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => W[i]![0] * W[j]![0] + W[i]![1] * W[j]![1] + (i === j ? SIGMA ** 2 : 0)),
  ) as [number[], number[], number[]];
  const cofactor = (i: number, j: number) => {
    const [a, b] = [0, 1, 2].filter((r) => r !== i) as [number, number];
    const [p, q] = [0, 1, 2].filter((s) => s !== j) as [number, number];
    return (-1) ** (i + j) * (c[a]![p]! * c[b]![q]! - c[a]![q]! * c[b]![p]!);
  };
  const determinant = [0, 1, 2].reduce((sum, j) => sum + c[0][j]! * cofactor(0, j), 0);
  const d = x.map((value, i) => value - B[i]!);
  const distance = [0, 1, 2].reduce(
    (sum, i) => sum + [0, 1, 2].reduce((inner, j) => inner + (d[i]! * cofactor(i, j) * d[j]!) / determinant, 0),
    0,
  );
  return -0.5 * (distance + Math.log(determinant) + 3 * Math.log(2 * Math.PI));
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('known answers: the bound of probabilistic PCA, whose log p(x) is known', () => {
  test('is exact for every draw when q is the true posterior', () => {
    for (const seed of [0, 1, 2]) {
      for (const [i, value] of bound(linearGaussian(0, 1), key(seed), 2).entries()) {
        expect(value).toBeCloseTo(exact(DATA[i]!), 4);
      }
    }
  });

  test('lies below log p(x) in expectation when q is wrong, by the KL divergence from the posterior', () => {
    const model = linearGaussian(0.4, 1.3);
    const averages = DATA.map((x) =>
      average(
        bound(
          model,
          key(3),
          1,
          Array.from({ length: 4_000 }, () => x),
        ),
      ),
    );
    // KL(N(μ + 0.4, (1.3 s)²) ‖ N(μ, s²)) = Σ ½ (1.3² + (0.4 / s)² − 1) − ln 1.3 over the two features.
    const gap = [2.25, 2].reduce((sum, square) => {
      const s = SIGMA / Math.sqrt(square + SIGMA ** 2);
      return sum + 0.5 * (1.3 ** 2 + (0.4 / s) ** 2 - 1) - Math.log(1.3);
    }, 0);
    for (const [i, value] of averages.entries()) {
      expect(value).toBeLessThan(exact(DATA[i]!));
      expect(Math.abs(value - (exact(DATA[i]!) - gap))).toBeLessThan(0.12); // about 4 standard errors of 4,000 draws
    }
  });
});

describe('laws of the importance-weighted bound', () => {
  test('more samples bring it closer to log p(x), from below', () => {
    const model = linearGaussian(0.4, 1.3);
    const truth = average(DATA.map(exact));
    const many = Array.from({ length: 500 }, () => DATA).flat();
    const gaps = [1, 4, 16, 64].map((samples) => truth - average(bound(model, key(4), samples, many)));
    for (const [i, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThan(i < 3 ? 0 : -0.02); // the last is within its own noise
      if (i > 0) expect(gap).toBeLessThan(gaps[i - 1]!);
    }
    expect(gaps[3]).toBeLessThan(0.05);
  });

  test('importanceWeightedNll is its negative, whatever the chunk', () => {
    const model = linearGaussian(0.4, 1.3);
    const x = tensor2d(DATA);
    const values = [1, 3, 7, 100].map((chunk) => {
      const nll = importanceWeightedNll(model, params, x, { samples: 7, key: key(5), chunk });
      const numbers = Array.from(nll.dataSync());
      nll.dispose();
      return numbers;
    });
    const expected = bound(model, key(5), 7).map((value) => -value);
    for (const numbers of values) {
      for (const [i, value] of numbers.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    }
    x.dispose();
  });

  test('the same key gives the same numbers, another key others', () => {
    const model = linearGaussian(0.4, 1.3);
    expect(bound(model, key(6), 3)).toEqual(bound(model, key(6), 3));
    expect(bound(model, key(6), 3)).not.toEqual(bound(model, key(7), 3));
    expect(bound(model, key(6))).toEqual(bound(model, key(6), 1));
  });
});

test('laws: stochastic layers of the decoder draw from a key of their own in every chunk', () => {
  const seen: string[] = [];
  const model = linearGaussian(0.4, 1.3);
  const spy: typeof model = {
    ...model,
    decode: (p, z, k) => {
      seen.push(String(k));
      return model.decode(p, z, k);
    },
  };
  const x = tensor2d(DATA);
  lowerBound(spy, params, x, { key: key(1), samples: 7, chunk: 2, layers: key(2) }).dispose();
  x.dispose();
  expect(new Set(seen).size).toBe(4);
});

describe('errors', () => {
  test.each([0, -1, 1.5, Number.NaN])('samples must be an integer of at least 1: %s', (samples) => {
    expect(() => bound(linearGaussian(0, 1), key(0), samples)).toThrow(/samples must be an integer of at least 1/);
  });

  test('importanceWeightedNll names itself', () => {
    const x = zeros([2, 3]);
    const nll = (options: { samples: number; chunk?: number }) => () =>
      importanceWeightedNll(linearGaussian(0, 1), params, x, { key: key(0), ...options });
    expect(nll({ samples: 0 })).toThrow(/importanceWeightedNll: samples must be/);
    expect(nll({ samples: 4, chunk: 0 })).toThrow(/importanceWeightedNll: chunk must be/);
    x.dispose();
  });

  test('x of another shape is refused, and nothing is left over', () => {
    const x = zeros([2, 5]);
    expect(() => scope(() => linearGaussian(0, 1).given(params).logProbBound(x, key(0)))).toThrow();
    x.dispose();
  });
});

test('law: samples of the model have the mean and covariance of probabilistic PCA', () => {
  const model = linearGaussian(0, 1);
  const x = scope(() => model.given(params).sample(key(8), [100, 40])); // (100, 40, 3)
  expect(x.shape).toEqual([100, 40, 3]);
  const rows = x.dataSync();
  const n = 4_000;
  const means = [0, 1, 2].map((i) => average(Array.from({ length: n }, (_, r) => rows[3 * r + i]!)));
  for (const [i, value] of means.entries()) expect(Math.abs(value - B[i]!)).toBeLessThan(0.1);
  for (const i of [0, 1, 2]) {
    for (const j of [0, 1, 2]) {
      const covariance = average(
        Array.from({ length: n }, (_, r) => (rows[3 * r + i]! - means[i]!) * (rows[3 * r + j]! - means[j]!)),
      );
      const expected = W[i]![0] * W[j]![0] + W[i]![1] * W[j]![1] + (i === j ? SIGMA ** 2 : 0);
      expect(Math.abs(covariance - expected)).toBeLessThan(0.25);
    }
  }
  x.dispose();
  const one = scope(() => model.given(params).sample(split(key(8))[0]));
  expect(one.shape).toEqual([3]);
  one.dispose();
});
