import { GenaiError, type Key, key } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import { describe, expect, test } from 'vitest';
import { draws } from '../draws.js';
import { checkerboard } from './checkerboard.js';
import { cycle } from './cycle.js';
import { eightGaussians } from './eight-gaussians.js';
import { funnel } from './funnel.js';
import { gaussianCloud } from './gaussian-cloud.js';
import { gaussianMixture } from './gaussian-mixture.js';
import { markovChain } from './markov-chain.js';
import { moons } from './moons.js';
import { pinwheel } from './pinwheel.js';
import { rings } from './rings.js';
import { spirals } from './spirals.js';
import type { Toy } from './toy.js';

/** Each toy of the plane, half the side of a square that holds it, and a step that resolves it. */
const PLANE: { readonly [name: string]: readonly [toy: Toy, half: number, step: number] } = {
  gaussianCloud: [gaussianCloud({ mean: [0.3, -0.2], scale: [0.5, 1], correlation: -0.6 }), 9, 0.05],
  gaussianMixture: [gaussianMixture({ centres: Float32Array.of(0, 0, 0.3, 0.1, -1, 1), scale: 0.25 }), 4, 0.04],
  eightGaussians: [eightGaussians(), 4, 0.04],
  eightGaussiansClose: [eightGaussians({ radius: 0.5, scale: 0.3 }), 4, 0.04],
  moons: [moons(), 3.2, 0.02],
  rings: [rings(), 4, 0.025],
  spirals: [spirals(), 5, 0.015],
  pinwheel: [pinwheel(), 5.4, 0.02],
  pinwheelClose: [pinwheel({ blades: 3, radius: 0.5, width: 0.2, rate: -2 }), 4.5, 0.025],
  checkerboard: [checkerboard(), 3, 1 / 32],
  funnel: [funnel({ spread: 0.5 }), 20, 0.05],
};

/** ∫ p and −∫ p log p over the square, by midpoints. */
function integrals(toy: Toy, half: number, step: number): { mass: number; entropy: number } {
  const side = Math.round((2 * half) / step);
  const row = new Float32Array(2 * side);
  let [mass, entropy] = [0, 0];
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) row.set([-half + (i + 0.5) * step, -half + (j + 0.5) * step], 2 * i);
    for (const logProb of toy.logProb(row)) {
      if (logProb === Number.NEGATIVE_INFINITY) continue;
      mass += Math.exp(logProb) * step * step;
      entropy -= Math.exp(logProb) * logProb * step * step;
    }
  }
  return { mass, entropy };
}

/** The mean of −log p over samples, and its standard error. */
function crossEntropy<A extends Float32Array | Int32Array>(toy: Toy<A>, k: Key, count: number): [number, number] {
  const surprises = toy.logProb(toy.sample(k, count)).map((logProb) => -logProb);
  const mean = surprises.reduce((a, b) => a + b) / count;
  const variance = surprises.reduce((sum, s) => sum + (s - mean) ** 2, 0) / (count - 1);
  return [mean, Math.sqrt(variance / count)];
}

describe.each(Object.entries(PLANE))('toys of the plane: %s', (_, [toy, half, step]) => {
  test('the density integrates to 1, and −∫ p log p is the entropy', () => {
    const { mass, entropy } = integrals(toy, half, step);
    expect(Math.abs(mass - 1)).toBeLessThan(2e-6); // points are float32
    expect(Math.abs(entropy - toy.entropy)).toBeLessThan(1e-5);
  });

  test('the cross-entropy of samples is the entropy, within four standard errors', () => {
    const [mean, error] = crossEntropy(toy, key(11), 20_000);
    expect(Math.abs(mean - toy.entropy)).toBeLessThanOrEqual(4 * error + 1e-9);
    expect(error).toBeLessThan(0.02);
  });

  test('one key gives one sample, another another', () => {
    const points = toy.sample(key(1), 100);
    expect(points.length).toBe(200);
    expect(toy.sample(key(1), 100)).toEqual(points);
    expect(toy.sample(key(2), 100)).not.toEqual(points);
    expect(toy.sample(key(1), 0).length).toBe(0);
  });

  test('wrong numbers are refused', () => {
    expect(() => toy.logProb(new Float32Array(3))).toThrow(/got 3 numbers, expected pairs/);
    expect(() => toy.sample(key(0), -1)).toThrow(GenaiError);
  });
});

describe('toys: known answers', () => {
  test('entropies in closed form', () => {
    expect(gaussianCloud().entropy).toBeCloseTo(Math.log(2 * Math.PI * Math.E), 12);
    expect(gaussianCloud({ scale: [2, 3], correlation: 0.8 }).entropy).toBeCloseTo(
      Math.log(2 * Math.PI * Math.E * 6 * 0.6),
      12,
    );
    expect(checkerboard().entropy).toBe(Math.log(8));
    // One Gaussian, and eight that do not touch.
    const one = Math.log(2 * Math.PI * Math.E * 0.01);
    expect(gaussianMixture({ centres: Float64Array.of(3, 4), scale: 0.1 }).entropy).toBeCloseTo(one, 6);
    expect(eightGaussians({ radius: 5, scale: 0.1 }).entropy).toBeCloseTo(one + Math.log(8), 6);
  });

  test('the entropy of a mixture moves by less than 1e-6 when it is shifted against its grid', () => {
    const at = (dx: number): number =>
      gaussianMixture({ centres: Float64Array.of(0, 0, 0.07 + dx, 0.03, 0.2, -0.1 + dx), scale: 0.1 }).entropy;
    const stretched = gaussianMixture({ centres: Float64Array.of(0, 0, 7, 3, 20, -10), scale: 10 }).entropy;
    expect(Math.abs(at(0) + 2 * Math.log(100) - stretched)).toBeLessThan(1e-9);
    const mixture = { centres: Float64Array.of(0, 0, 0.07, 0.03, 0.2, -0.1), scale: 0.1 };
    const { entropy } = integrals(gaussianMixture(mixture), 1.5, 0.005);
    expect(Math.abs(entropy - gaussianMixture(mixture).entropy)).toBeLessThan(1e-6);
  });

  test('the checkerboard draws eight squares, and nothing else has a density', () => {
    const points = checkerboard().sample(key(0), 4_000);
    const squares = new Set<string>();
    for (let i = 0; i < points.length; i += 2) squares.add(`${Math.floor(points[i]!)},${Math.floor(points[i + 1]!)}`);
    expect(squares.size).toBe(8);
    expect(Array.from(checkerboard().logProb(Float32Array.of(0.5, 0.5, 1.5, 0.5, 2.5, 0.5, -1.5, -1.5)))).toEqual([
      -Math.log(8),
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -Math.log(8),
    ]);
  });
});

describe('toys of tokens: known answers', () => {
  test('a cycle has log V nats, all in its first token', () => {
    const toy = cycle({ vocabulary: 3, length: 5 });
    expect(toy.entropy).toBeCloseTo(Math.log(3), 12);
    expect([toy.vocabulary, toy.shape]).toEqual([3, [5]]);
    const tokens = toy.sample(key(0), 30);
    const runs = Array.from({ length: 30 }, (_, i) => tokens.slice(5 * i, 5 * i + 5).join(''));
    expect([...new Set(runs)].sort()).toEqual(['01201', '12012', '20120']);
    expect(Array.from(toy.logProb(Int32Array.of(2, 0, 1, 2, 0, 2, 1, 0, 2, 1)))).toEqual([
      Math.log(1 / 3),
      Number.NEGATIVE_INFINITY,
    ]);
  });

  const weather = markovChain({ transitions: [[0.9, 0.1], [0.5, 0.5]], length: 6, initial: [0.2, 0.8] }); // biome-ignore format: a matrix

  test('the probabilities of all runs add up to 1, and give the entropy', () => {
    const runs = Int32Array.from({ length: 64 * 6 }, (_, i) => (Math.floor(i / 6) >> (i % 6)) & 1);
    const logProbs = weather.logProb(runs);
    expect(logProbs.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 12);
    expect(logProbs.reduce((sum, l) => sum - Math.exp(l) * l, 0)).toBeCloseTo(weather.entropy, 12);
  });

  test('the cross-entropy of samples is the entropy, within four standard errors', () => {
    const [mean, error] = crossEntropy(weather, key(3), 20_000);
    expect(Math.abs(mean - weather.entropy)).toBeLessThan(4 * error);
  });

  test('a token outside the vocabulary has no probability', () => {
    expect(weather.logProb(Int32Array.of(0, 0, 2, 0, 0, 0))[0]).toBe(Number.NEGATIVE_INFINITY);
  });
});

batchesLaws('draws of points', (k) => draws(moons(), { size: 3, key: k }));
batchesLaws('draws of tokens', (k) => draws(cycle({ vocabulary: 30, length: 4 }), { size: 3, key: k }));

describe('draws: known answers', () => {
  test('shapes and types follow the toy', async () => {
    for await (const x of draws(rings(), { size: 5, key: key(0) })) {
      expect([x.shape, x.dtype]).toEqual([[5, 2], 'float32']);
      break;
    }
    for await (const x of draws(cycle({ vocabulary: 3, length: 4 }), { size: 5, key: key(0) })) {
      expect([x.shape, x.dtype]).toEqual([[5, 4], 'int32']);
      break;
    }
  });
});

describe('toys: errors', () => {
  test('parameters out of range', () => {
    const bad: (() => unknown)[] = [
      () => gaussianCloud({ correlation: 1 }),
      () => gaussianCloud({ scale: [1, 0] }),
      () => gaussianMixture({ centres: new Float32Array(3), scale: 1 }),
      () => gaussianMixture({ centres: new Float32Array(0), scale: 1 }),
      () => gaussianMixture({ centres: Float32Array.of(0, 0, 1e6, 1e6), scale: 1e-3 }).entropy,
      () => eightGaussians({ radius: -1 }),
      () => moons({ noise: 0 }),
      () => rings({ radii: [] }),
      () => rings({ radii: [0.5], noise: 0.1 }),
      () => spirals({ noise: Number.NaN }),
      () => pinwheel({ blades: 0 }),
      () => funnel({ spread: 0 }),
      () => markovChain({ transitions: [[0.5, 0.6], [0.5, 0.5]], length: 3 }), // biome-ignore format: a matrix
      () => markovChain({ transitions: [[1]], length: 0 }),
      () => markovChain({ transitions: [], length: 1 }),
      () => markovChain({ transitions: [[1]], length: 1, initial: [0.5, 0.5] }),
      () => cycle({ vocabulary: 3, length: 2 }).logProb(Int32Array.of(0)),
      () => cycle({ vocabulary: 0, length: 2 }),
      () => draws(moons(), { size: 0, key: key(0) }),
    ];
    for (const make of bad) expect(make, String(make)).toThrow(GenaiError);
  });
});
