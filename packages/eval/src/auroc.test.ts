import { GenaiError, key, randomNormal, randomUniform } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { auroc } from './auroc.js';

describe('auroc: known answers', () => {
  test('by hand, with ties', () => {
    expect(auroc({ odd: [3, 4], usual: [1, 2] })).toBe(1);
    expect(auroc({ odd: [1, 2], usual: [3, 4] })).toBe(0);
    expect(auroc({ odd: [1, 1], usual: [1, 1, 1] })).toBe(0.5);
    // Pairs: 0.8 above all three; 0.4 above 0.1, level with 0.4, below 0.5.
    expect(auroc({ odd: [0.8, 0.4], usual: [0.1, 0.4, 0.5] })).toBe((3 + 1.5) / 6);
    expect(auroc({ odd: [Infinity, 0], usual: [-Infinity, Infinity] })).toBe((1.5 + 1) / 4);
  });

  test('golden: ten scores with ties', () => {
    // scipy 1.17: mannwhitneyu(odd, usual).statistic / (4 * 6)
    const [odd, usual] = [
      [0.9, 0.5, 0.5, 0.7],
      [0.1, 0.5, 0.3, 0.7, 0.8, 0.2],
    ];
    expect(auroc({ odd: odd!, usual: usual! })).toBeCloseTo(0.7291666666666666, 12);
  });

  test('of N(μ, 1) beside N(0, 1) it is Φ(μ / √2), of a monotone map of both the same', () => {
    const [mu, count] = [1, 20_000];
    const odd = randomNormal(key(0), count).map((z) => z + mu);
    const usual = randomNormal(key(1), count);
    const area = auroc({ odd, usual });
    expect(Math.abs(area - 0.7602499)).toBeLessThan(4 * 0.0024); // scipy.stats.norm.cdf(1 / sqrt(2)); Hanley and McNeil's error
    expectClose(auroc({ odd: Float64Array.from(odd, Math.exp), usual: Float64Array.from(usual, Math.exp) }), area);
  });

  test('parity: with all pairs counted one by one', () => {
    const coarse = (seed: number, count: number): Float32Array =>
      randomUniform(key(seed), count).map((u) => Math.floor(8 * u));
    const [odd, usual] = [coarse(2, 37), coarse(3, 53)];
    let wins = 0;
    for (const a of odd) for (const b of usual) wins += a > b ? 1 : a === b ? 0.5 : 0;
    expect(auroc({ odd, usual })).toBe(wins / (37 * 53));
  });
});

test('errors', () => {
  expect(() => auroc({ odd: [], usual: [1] })).toThrow(/auroc: there are no scores for odd/);
  expect(() => auroc({ odd: [1], usual: [0, Number.NaN] })).toThrow(/auroc: score 1 of usual is NaN/);
  expect(() => auroc({ odd: [1], usual: [] })).toThrow(GenaiError);
});
