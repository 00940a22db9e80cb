import { key, randomNormal } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { expect, test } from 'vitest';
import golden from '../../golden/warps.json' with { type: 'json' };
import { drawToken, likeliestToken } from './draw-token.js';
import { frequencyPenalty } from './frequency-penalty.js';
import { logitBias } from './logit-bias.js';
import { massThreshold } from './mass-threshold.js';
import { minP } from './min-p.js';
import { presencePenalty } from './presence-penalty.js';
import { logTotal, probabilities } from './probabilities.js';
import { repetitionPenalty } from './repetition-penalty.js';
import { temperature } from './temperature.js';
import { TokenHistory } from './token-history.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';
import type { Warp } from './warp.js';
import { warps } from './warps.js';

// Goldens by the definitions of Hugging Face's processors, in numpy with full sorts; the recipe is golden/warps.py.

const OUT = Number.NEGATIVE_INFINITY;
const made: { readonly [name: string]: (value: number) => Warp } = {
  temperature,
  topK,
  topP,
  minP,
  typical,
  repetitionPenalty,
  frequencyPenalty,
  presencePenalty,
};

test.each(golden.map((one) => [one.logits.length, one] as const))(
  'goldens: each warp gives the logits of its definition, %d tokens',
  (_, { logits, prompt, drawn, after }) => {
    for (const [name, cases] of Object.entries(after)) {
      const make = made[name]!;
      for (const [value, want] of cases as [number, (number | null)[]][]) {
        const warp = make(value);
        warp(Float32Array.of(3, 1, 2), new TokenHistory([])); // memory of another size is not taken for this one
        expectClose(warped([warp], logits, prompt, drawn), numbers(want));
      }
    }
  },
);

test.each(golden.map((one) => [one.logits.length, one] as const))(
  "goldens: options are combined in Hugging Face's order, %d tokens",
  (_, { logits, prompt, drawn, all }) => {
    const order = warps({
      typical: 0.9,
      minP: 0.01,
      topP: 0.95,
      topK: 20,
      temperature: 0.7,
      presencePenalty: 0.9,
      frequencyPenalty: 0.4,
      repetitionPenalty: 1.3,
      bias: { 2: 1.5 },
    });
    expectClose(warped(order, logits, prompt, drawn), numbers(all));
  },
);

test('known answers: ties and the token that crosses', () => {
  const even = [0, 0, 0, 0];
  expect(warped([topP(0.5)], even)).toEqual([0, 0, OUT, OUT]); // two of four come to exactly one half
  expect(warped([topP(0.51)], even)).toEqual([0, 0, 0, OUT]);
  expect(warped([topP(1)], even)).toEqual(even);
  expect(warped([topK(1)], even)).toEqual(even); // as likely as the first
  expect(warped([topK(9)], even)).toEqual(even);
  expect(warped([typical(0.3)], even)).toEqual(even); // all as close
  expect(warped([minP(1)], [1, 3, 3])).toEqual([OUT, 3, 3]);
});

test('known answers: what is ruled out stays out, and takes no place', () => {
  const logits = [OUT, 2, OUT, 1, 0];
  for (const warp of [topK(2), topP(0.8), minP(0.3), typical(0.99), temperature(2), repetitionPenalty(1.5)]) {
    const left = warped([warp], logits, [0, 2], [0]);
    expect([left[0], left[2]]).toEqual([OUT, OUT]);
    expect(left.some((logit) => logit > OUT)).toBe(true);
    expect(warped([warp], [OUT, OUT])).toEqual([OUT, OUT]);
  }
  expect(warped([topK(2)], logits)).toEqual([OUT, 2, OUT, 1, OUT]);
  expect(warped([logitBias({ 1: Number.NEGATIVE_INFINITY, 4: 3 })], logits)).toEqual([OUT, OUT, OUT, 1, 3]);
});

test('properties: the threshold is that of a sort, with and without weights and ties', () => {
  for (let seed = 0; seed < 60; seed++) {
    const count = 1 + seed * 3;
    const keys = randomNormal(key(seed), count).map((x) => (seed % 3 === 0 ? Math.round(x) + 0 : x));
    const weights = Float64Array.from(randomNormal(key(seed + 100), count), Math.abs);
    const sorted = [...keys.keys()].sort((a, b) => keys[b]! - keys[a]!);
    for (const mass of [0.3, 2, count / 2, count]) {
      for (const weighted of [undefined, weights]) {
        let [sum, at] = [0, -1];
        while (sum < mass && at < count - 1) sum += weighted ? weighted[sorted[++at]!]! : Number(++at >= 0);
        const crossing = sorted[at]!;
        const indices = Int32Array.from({ length: count }, (_, i) => i);
        expect(massThreshold(keys, weighted, mass, indices, count)).toBe(keys[crossing]);
      }
    }
  }
});

test('known answers: probabilities and their total', () => {
  const masses = new Float64Array(3);
  expectClose(probabilities(Float32Array.of(1000, 1000, OUT), masses), 1000 + Math.LN2);
  expectClose(masses, [0.5, 0.5, 0]);
  expect(logTotal(Float32Array.of(OUT, OUT))).toBe(OUT);
  expect([logTotal(Float32Array.of(1, Number.NaN, 2)), logTotal(Float32Array.of(Infinity, 0))]).toEqual([NaN, NaN]);
});

test('known answers: tokens are drawn as often as they are likely, and never where ruled out', () => {
  const logits = Float32Array.of(OUT, Math.log(0.5), Math.log(0.2), OUT, Math.log(0.3), OUT);
  const masses = new Float64Array(6);
  const counts = [0, 0, 0, 0, 0, 0];
  const count = 20_000;
  for (let i = 0; i < count; i++) counts[drawToken(key(i), logits, masses)]!++;
  expect([counts[0], counts[3], counts[5]]).toEqual([0, 0, 0]);
  // Within four deviations of a binomial count.
  for (const [token, p] of [
    [1, 0.5],
    [2, 0.2],
    [4, 0.3],
  ] as const) {
    expect(Math.abs(counts[token]! - p * count)).toBeLessThan(4 * Math.sqrt(count * p * (1 - p)));
  }
  expect(likeliestToken(logits)).toBe(1);
  expect(likeliestToken(Float32Array.of(0, 5, 5))).toBe(1);
  for (const bad of [
    [OUT, OUT, OUT, OUT, OUT, OUT],
    [0, Number.NaN, 0, 0, 0, 0],
  ]) {
    expect([drawToken(key(0), Float32Array.from(bad), masses), likeliestToken(Float32Array.from(bad))]).toEqual([
      -1, -1,
    ]);
  }
});

test('errors: a number out of range is told with the range', () => {
  expect(() => temperature(0)).toThrow('temperature: the divisor must be a finite number above 0, got 0.');
  expect(() => topK(0)).toThrow('topK: k must be an integer of at least 1, got 0.');
  expect(() => topP(1.5)).toThrow('topP: p must be a number above 0 and at most 1, got 1.5.');
  expect(() => minP(Number.NaN)).toThrow('minP: p must be a number above 0 and at most 1, got NaN.');
  expect(() => typical(0)).toThrow('typical: the mass must be a number above 0 and at most 1, got 0.');
  expect(() => repetitionPenalty(-1)).toThrow(
    'repetitionPenalty: the penalty must be a finite number above 0, got -1.',
  );
  expect(() => frequencyPenalty(Infinity)).toThrow(
    'frequencyPenalty: the penalty must be a finite number, got Infinity.',
  );
  expect(() => presencePenalty(Number.NaN)).toThrow('presencePenalty: the penalty must be a finite number, got NaN.');
  expect(() => logitBias({ 3: Infinity })).toThrow(
    'logitBias: the bias of token 3 must be finite or -Infinity, got Infinity.',
  );
  expect(() => logitBias({ a: 1 } as never)).toThrow(
    "logitBias: its names must be tokens, integers of at least 0, got 'a'.",
  );
  expect(() => warped([logitBias({ 3: 1 })], [0, 0])).toThrow('logitBias: token 3 is not of the vocabulary of 2.');
});

function warped(
  order: readonly Warp[],
  logits: readonly (number | null)[],
  prompt: readonly number[] = [],
  drawn: readonly number[] = [],
): number[] {
  const history = new TokenHistory(prompt);
  for (const token of drawn) history.push(token);
  const after = Float32Array.from(numbers(logits));
  for (const warp of order) warp(after, history);
  return [...after];
}

/** JSON has no infinity: null stands for a token that is ruled out. */
function numbers(logits: readonly (number | null)[]): number[] {
  return logits.map((logit) => logit ?? OUT);
}
