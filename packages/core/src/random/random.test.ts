import { expect, test } from 'vitest';
// Written by golden/draws.py: the same definitions by an independent route (numpy, scipy's erf⁻¹ in double precision).
import draws from '../../golden/draws.json' with { type: 'json' };
// Printed by JAX itself; every value has its recipe and its source in the file.
import jax from '../../golden/jax.json' with { type: 'json' };
import {
  GenaiError,
  key,
  randomBits,
  randomCategorical,
  randomGumbel,
  randomIntegers,
  randomNormal,
  randomPermutation,
  randomTruncatedNormal,
  randomUniform,
  split,
  threefry2x32,
} from '../index.js';
import { gumbelFromBits } from './random-gumbel.js';
import { integersFromBits } from './random-integers.js';
import { normalFromBits } from './random-normal.js';
import { truncatedNormalFromBits } from './random-truncated-normal.js';
import { uniformFromBits } from './random-uniform.js';

test.each(jax.partitionable)('goldens of JAX: $recipe', ({ function: name, seed, count, options, expected }) => {
  expectClose(draw(name, seed, count, options), expected.flat(), 1e-6);
});

test('goldens of JAX: its printed normal numbers are ours, to the last bit', () => {
  const { seed, count, expected } = jax.partitionable.find(({ exact }) => exact)!;
  expect([...randomNormal(key(seed), count)]).toEqual(expected.flat().map(Math.fround));
});

test('goldens of JAX: normal numbers down a chain of split keys', () => {
  let state = key(jax.chain.seed);
  for (const expected of jax.chain.expected) {
    const [next, subkey] = split(state);
    expect(Math.abs(randomNormal(subkey, 1)[0]! - expected)).toBeLessThan(1e-6);
    state = next;
  }
});

// JAX's tests print 6 decimals; the words they start from are checked exactly.
test.each(jax.original.cases)('goldens of JAX, behind the words: $recipe', ({ function: name, seed, expected }) => {
  const words = originalBits(key(seed), expected.length);
  const [k0, k1] = originalSplit(key(seed));
  const made: Record<string, () => ArrayLike<number>> = {
    randomBits: () => words,
    randomUniform: () => uniformFromBits(words, 0, 1),
    randomNormal: () => normalFromBits(words),
    randomTruncatedNormal: () => truncatedNormalFromBits(words, 0, 2),
    randomGumbel: () => gumbelFromBits(words),
    randomIntegers: () => integersFromBits(originalBits(k0, 5), originalBits(k1, 5), 0, 10),
  };
  expectClose(made[name]!(), expected, 1e-6);
});

test.each(draws.cases)(
  'goldens of numpy: $function($seed, $count)',
  ({ function: name, seed, count, options, expected }) => {
    expectClose(draw(name, seed, count, options), expected, 1e-6);
  },
);

test('goldens of scipy: the tails of 100,000 normal numbers', () => {
  const normal = randomNormal(key(draws.tails.seed), draws.tails.count);
  expectClose(
    draws.tails.places.map((place) => normal[place]!),
    draws.tails.expected,
    2e-6, // five ulps at 4
  );
});

test('goldens of numpy: a permutation long enough for a second round of sorting', () => {
  const order = randomPermutation(key(draws.permutation.seed), draws.permutation.count);
  expect([...order.slice(0, 8)]).toEqual(draws.permutation.first);
  expect(order.reduce((sum, value, i) => sum + value * i, 0)).toBe(draws.permutation.checksum);
});

test('laws: the words are those of the public block function', () => {
  for (const seed of [0, 1, 2 ** 32, 2 ** 53 - 1]) {
    const expected = Array.from({ length: 50 }, (_, i) => {
      const [x0, x1] = threefry2x32(key(seed), 0, i);
      return (x0 ^ x1) >>> 0;
    });
    expect([...randomBits(key(seed), 50)]).toEqual(expected);
  }
});

test('laws: a permutation holds every integer once', () => {
  for (const count of [0, 1, 2, 1625, 1626, 70_000]) {
    const order = randomPermutation(key(count), count);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  }
});

test('laws: numbers stay in range and have the moments of their law', () => {
  const count = 200_000;
  const laws = [
    { x: randomUniform(key(1), count, { min: -1, max: 3 }), mean: 1, variance: 16 / 12, min: -1, max: 3 },
    { x: randomNormal(key(2), count), mean: 0, variance: 1, min: -6, max: 6 },
    { x: randomTruncatedNormal(key(3), count), mean: 0, variance: 0.7737413, min: -2, max: 2 },
    { x: randomGumbel(key(4), count), mean: 0.5772157, variance: Math.PI ** 2 / 6, min: -3, max: 20 },
  ];
  for (const { x, mean, variance, min, max } of laws) {
    expect(Math.abs(average(x) - mean)).toBeLessThan(4 * Math.sqrt(variance / count));
    const squares = x.map((value) => (value - mean) ** 2);
    const spread = Math.sqrt(average(squares.map((value) => (value - variance) ** 2)) / count);
    expect(Math.abs(average(squares) - variance)).toBeLessThan(4 * spread);
    expect(x.every((value) => value >= min && value <= max)).toBe(true);
  }
});

test('laws: integers and categories come at their rates', () => {
  const count = 100_000;
  const integers = randomIntegers(key(5), count, { min: -3, max: 4 });
  for (let i = -3; i < 4; i++) expectRate(integers, i, 1 / 7);
  const categories = randomCategorical(
    key(6),
    Float32Array.of(0, Math.log(2), Number.NEGATIVE_INFINITY, Math.log(5)),
    count,
  );
  for (const [i, rate] of [1 / 8, 2 / 8, 0, 5 / 8].entries()) expectRate(categories, i, rate);
});

test('known answers: the whole range of 32-bit integers, and ranges of one', () => {
  const [, low] = split(key(9));
  expect([...randomIntegers(key(9), 6, { min: -(2 ** 31), max: 2 ** 31 })]).toEqual(
    [...randomBits(low, 6)].map((word) => word - 2 ** 31), // the high word drops out
  );
  expect([...randomIntegers(key(9), 3, { min: 7, max: 8 })]).toEqual([7, 7, 7]);
  expect([...randomUniform(key(9), 2, { min: 2, max: 2 })]).toEqual([2, 2]);
  expect(randomTruncatedNormal(key(9), 100, { lower: Number.NEGATIVE_INFINITY, upper: 0 }).every((x) => x < 0)).toBe(
    true,
  );
});

test('errors: counts, ranges and logits', () => {
  for (const count of [-1, 1.5, Number.NaN, 2 ** 32]) {
    for (const draws of [
      randomBits,
      randomUniform,
      randomNormal,
      randomTruncatedNormal,
      randomGumbel,
      randomPermutation,
    ]) {
      expect(() => draws(key(0), count)).toThrow(GenaiError);
      expect(() => draws(key(0), count)).toThrow(`${draws.name}: count`);
    }
  }
  expect(() => randomUniform(key(0), 1, { min: 1, max: 0 })).toThrow('min ≤ max');
  expect(() => randomUniform(key(0), 1, { max: Number.POSITIVE_INFINITY })).toThrow('finite');
  expect(() => randomTruncatedNormal(key(0), 1, { lower: 2 })).toThrow('lower must be below upper');
  expect(() => randomIntegers(key(0), 1, { min: 0, max: 0 })).toThrow('min < max');
  expect(() => randomIntegers(key(0), 1, { min: 0, max: 2 ** 31 + 1 })).toThrow('2^31');
  for (const logits of [[], [Number.NaN, 0], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]]) {
    expect(() => randomCategorical(key(0), Float32Array.from(logits), 1)).toThrow('randomCategorical: logits');
  }
});

type Options = {
  readonly min?: number;
  readonly max?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly logits?: readonly number[];
};

function draw(name: string, seed: number, count: number, options: Options = {}): ArrayLike<number> {
  const made: Record<string, () => ArrayLike<number>> = {
    split: () => split(key(seed), count).flat(),
    randomBits: () => randomBits(key(seed), count),
    randomUniform: () => randomUniform(key(seed), count, options),
    randomNormal: () => randomNormal(key(seed), count),
    randomTruncatedNormal: () => randomTruncatedNormal(key(seed), count, options),
    randomGumbel: () => randomGumbel(key(seed), count),
    randomIntegers: () => randomIntegers(key(seed), count, { min: options.min!, max: options.max! }),
    randomPermutation: () => randomPermutation(key(seed), count),
    randomCategorical: () => randomCategorical(key(seed), Float32Array.from(options.logits!), count),
  };
  return made[name]!();
}

/** Words in JAX's older layout: the counters 0 … count − 1 (and a 0 if their number is odd), first half beside second. */
function originalBits(k: readonly [number, number], count: number): Uint32Array {
  const half = Math.ceil(count / 2);
  const blocks = Array.from({ length: half }, (_, i) => threefry2x32(k, i, half + i < count ? half + i : 0));
  return Uint32Array.from([...blocks.map(([x0]) => x0), ...blocks.map(([, x1]) => x1)]).slice(0, count);
}

function originalSplit(k: readonly [number, number]): [[number, number], [number, number]] {
  const words = originalBits(k, 4);
  return [
    [words[0]!, words[1]!],
    [words[2]!, words[3]!],
  ];
}

function expectClose(got: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    const allowed = Number.isInteger(value) ? 0 : tolerance;
    expect(Math.abs(got[i]! - value), `number ${i}: got ${got[i]}, expected ${value}`).toBeLessThanOrEqual(allowed);
  }
}

function expectRate(values: Int32Array, value: number, rate: number): void {
  const seen = values.reduce((hits, other) => hits + (other === value ? 1 : 0), 0) / values.length;
  expect(Math.abs(seen - rate)).toBeLessThanOrEqual(4 * Math.sqrt((rate * (1 - rate)) / values.length));
}

function average(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
