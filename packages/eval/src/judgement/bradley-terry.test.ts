import { fold, GenaiError, key, randomIntegers, randomUniform } from '@genai/core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/judgement.json' with { type: 'json' };
import { type BradleyTerryOptions, bradleyTerry } from './bradley-terry.js';
import { rankStability } from './rank-stability.js';
import type { Choice, Vote } from './vote.js';

const many = (left: string, right: string, choice: Choice, count: number): Vote[] =>
  Array.from({ length: count }, () => ({ left, right, choice }));
const ELO = 400 / Math.LN10;

/** Votes of a world in which the odds are known; each of `raters` gives as many. */
function votesOf(strengths: { readonly [name: string]: number }, nu: number, count: number, seed: number): Vote[] {
  const names = Object.keys(strengths);
  const picks = randomIntegers(fold(key(seed), 0), 2 * count, { min: 0, max: names.length });
  const chances = randomUniform(fold(key(seed), 1), count);
  return Array.from({ length: count }, (_, i): Vote => {
    const left = names[picks[2 * i]!]!;
    const others = names.filter((name) => name !== left);
    const right = others[picks[2 * i + 1]! % others.length]!;
    const s = (strengths[left]! - strengths[right]!) / 2;
    const sum = Math.exp(s) + Math.exp(-s) + nu;
    const u = chances[i]! * sum;
    const choice = u < Math.exp(s) ? 'left' : u < Math.exp(s) + Math.exp(-s) ? 'right' : 'tie';
    return { left, right, choice, rater: `r${i % 20}` };
  });
}

describe('known answers', () => {
  test('of two systems the difference is the log odds, its variance 1 / wins + 1 / losses', () => {
    const votes = [...many('a', 'b', 'left', 30), ...many('b', 'a', 'left', 12)];
    const { systems, winRate, difference } = bradleyTerry(votes, { intervals: 'hessian' });
    expect(systems.map(({ system, votes }) => [system, votes])).toEqual([
      ['a', 42],
      ['b', 42],
    ]);
    expect(systems[0]!.strength - systems[1]!.strength).toBeCloseTo(Math.log(30 / 12), 12);
    expect(winRate('a', 'b')).toBeCloseTo(30 / 42, 12);
    expect(systems[0]!.share).toBeCloseTo(30 / 42, 12);
    const half = 1.959963984540054 * Math.sqrt(1 / 30 + 1 / 12) * ELO;
    const { value, interval } = difference('a', 'b');
    expect(value).toBeCloseTo(ELO * Math.log(30 / 12), 9);
    expect([interval.low, interval.high]).toEqual([expect.closeTo(value - half, 8), expect.closeTo(value + half, 8)]);
    expect(bradleyTerry(votes).difference('a', 'b').interval.high).toBeCloseTo(value + half, 8); // the model is saturated
  });

  test('ties as halves: the odds of wins and half the ties; after Davidson ν = ties / √(wins · losses)', () => {
    const votes = [...many('a', 'b', 'left', 18), ...many('a', 'b', 'right', 8), ...many('b', 'a', 'both bad', 6)];
    const half = bradleyTerry(votes);
    expect(half.difference('a', 'b').value).toBeCloseTo(ELO * Math.log(21 / 11), 9);
    expect(half.ties).toBe(0);
    const davidson = bradleyTerry(votes, { ties: 'davidson' });
    expect(davidson.difference('a', 'b').value).toBeCloseTo(ELO * Math.log(18 / 8), 9);
    expect(davidson.ties).toBeCloseTo(6 / Math.sqrt(18 * 8), 10);
    expect(davidson.winRate('a', 'b')).toBeCloseTo(21 / 32, 10);
  });

  test('an anchor moves all and has no interval of its own', () => {
    const votes = votesOf({ a: 1, b: 0, c: -1 }, 0, 300, 1);
    const plain = bradleyTerry(votes);
    const anchored = bradleyTerry(votes, { anchor: { system: 'b', rating: 1200 } });
    const of = (fit: typeof plain, name: string) => fit.systems.find(({ system }) => system === name)!.rating;
    expect(of(anchored, 'b')).toEqual({
      value: 1200,
      better: 'higher',
      interval: { low: 1200, high: 1200, level: 0.95 },
    });
    expect(of(anchored, 'a').value - 1200).toBeCloseTo(of(plain, 'a').value - of(plain, 'b').value, 9);
    expect(of(anchored, 'a').interval.high - 1200).toBeCloseTo(plain.difference('a', 'b').interval.high, 9);
    expect(plain.systems.reduce((sum, { rating }) => sum + rating.value, 0) / 3).toBeCloseTo(1000, 9);
  });

  test('votes of a known world give its strengths back, and 95% intervals hold them about as often', () => {
    const truth = { a: 0.9, b: 0.3, c: -0.2, d: -1 };
    const fit = bradleyTerry(votesOf(truth, 0.6, 40_000, 2), { ties: 'davidson' });
    for (const { system, strength } of fit.systems) {
      expect(Math.abs(strength - truth[system as keyof typeof truth])).toBeLessThan(0.05);
    }
    expect(fit.ties).toBeCloseTo(0.6, 1);
    for (const intervals of ['sandwich', 'hessian'] as const) {
      let held = 0;
      for (let seed = 0; seed < 200; seed++) {
        const { interval } = bradleyTerry(votesOf(truth, 0.6, 150, 100 + seed), {
          ties: 'davidson',
          intervals,
        }).difference('a', 'd');
        if (interval.low < ELO * 1.9 && ELO * 1.9 < interval.high) held++;
      }
      expect(held / 200).toBeGreaterThan(0.9);
      expect(held / 200).toBeLessThan(0.99);
    }
  });

  test('resamples of votes give the interval of the sandwich; those of raters a wider one where raters differ', () => {
    const votes = votesOf({ a: 0.5, b: 0, c: -0.5 }, 0.3, 600, 3);
    const width = (list: readonly Vote[], intervals: BradleyTerryOptions['intervals'] & {}) => {
      const { interval } = bradleyTerry(list, { intervals }).difference('a', 'c');
      return interval.high - interval.low;
    };
    const resampling = { key: key(4), rounds: 400 };
    expect(width(votes, resampling) / width(votes, 'sandwich')).toBeCloseTo(1, 0);
    // Each rater has made up their mind: as many votes as before say no more than as many raters.
    const stubborn = votes
      .map((vote, i) => ({ ...vote, rater: `r${i % 20}`, choice: i % 20 < 12 ? 'left' : 'right' }) as const)
      .map((vote) => ({ ...vote, left: 'a', right: 'c' }));
    expect(width(stubborn, { ...resampling, over: 'raters' })).toBeGreaterThan(3 * width(stubborn, resampling));
    expect(width(votes, resampling)).toBe(width(votes, resampling));
  });

  test('who won all has an answer with a prior: the maximum of likelihood and prior', () => {
    const votes = many('a', 'b', 'left', 10);
    const [best] = bradleyTerry(votes, { prior: 0.1 }).systems;
    const theta = best!.strength; // 10 · σ(−2θ) = 0.1 · θ
    expect(10 / (1 + Math.exp(2 * theta))).toBeCloseTo(0.1 * theta, 10);
  });

  test('ranks: an order that the votes hardly tell is turned round by resamples, a clear one is not', () => {
    const ranks = rankStability(votesOf({ a: 2, b: 0.02, c: 0 }, 0.2, 300, 5), { key: key(6), rounds: 200 });
    expect(ranks[0]).toEqual({ system: 'a', rank: 1, low: 1, high: 1, shares: [1, 0, 0] });
    for (const { low, high, shares } of ranks.slice(1)) {
      expect([low, high]).toEqual([2, 3]);
      expect(shares[1]! + shares[2]!).toBeCloseTo(1, 12);
      expect(Math.min(shares[1]!, shares[2]!)).toBeGreaterThan(0.02);
    }
  });
});

test('goldens: strengths, ν and intervals of scipy and numpy, with and without ties and prior', () => {
  const votes = golden.votes.map(([left, right, choice]) => ({ left, right, choice }) as Vote);
  for (const [name, expected] of Object.entries(golden.strengths)) {
    const [ties, prior] = name.split('-') as ['half' | 'davidson', string];
    for (const intervals of ['hessian', 'sandwich'] as const) {
      const fit = bradleyTerry(votes, { ties, prior: Number(prior), intervals });
      expect(fit.ties).toBeCloseTo(expected.ties, 7);
      for (const [i, system] of ['a', 'b', 'c', 'd'].entries()) {
        const { strength, rating } = fit.systems.find((one) => one.system === system)!;
        expect(strength).toBeCloseTo(expected.strengths[i]!, 7);
        expect(rating.interval.high - rating.value).toBeCloseTo(expected[intervals][i]!, 4);
      }
    }
  }
});

test('errors: no votes, no maximum, unknown names', () => {
  const votes = [...many('a', 'b', 'left', 3), ...many('b', 'a', 'left', 3)];
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => bradleyTerry([]), /got no votes/],
    [() => bradleyTerry(many('a', 'a', 'left', 1)), /sets "a" beside itself/],
    [() => bradleyTerry(many('a', 'b', 'up' as Choice, 1)), /chose "up", expected one of left/],
    [() => bradleyTerry(many('a', 'b', 'left', 3)), /no maximum.*a prior: 0\.1/],
    [() => bradleyTerry([...votes, ...many('c', 'd', 'tie', 3)]), /never met/],
    [() => bradleyTerry(many('a', 'b', 'tie', 3), { ties: 'davidson' }), /all votes are ties/],
    [() => bradleyTerry(votes, { anchor: { system: 'z', rating: 1 } }), /the anchor "z" has no votes/],
    [() => bradleyTerry(votes, { prior: -1 }), /a prior of -1/],
    [() => bradleyTerry(votes, { level: 1 }), /got level 1/],
    [() => bradleyTerry(votes, { intervals: { key: key(0), over: 'raters' } }), /vote 0 names no rater/],
    [() => bradleyTerry(votes).difference('a', 'x'), /"x" has no votes\. Known: a, b/],
  ];
  for (const [f, message] of cases) {
    expect(f).toThrow(GenaiError);
    expect(f).toThrow(message);
  }
});
