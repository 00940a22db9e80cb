import { GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/judgement.json' with { type: 'json' };
import { cohenKappa } from './cohen-kappa.js';
import { fleissKappa } from './fleiss-kappa.js';
import { krippendorffAlpha } from './krippendorff-alpha.js';
import { meanOpinionScores } from './mean-opinion-scores.js';

const LEVELS = ['nominal', 'ordinal', 'interval', 'ratio'] as const;
const ratings = golden.ratings.map((row) => row.map((value) => value ?? undefined));

describe('goldens', () => {
  test('alpha of the package krippendorff, on every level, with gaps', () => {
    for (const level of LEVELS) {
      expect(krippendorffAlpha(ratings, { level }).value).toBeCloseTo(golden.alpha[level], 12);
    }
  });

  test('kappa of scikit-learn, and that of Fleiss by its formula', () => {
    const { first, second, None, linear, quadratic } = golden.cohen;
    expect(cohenKappa(first, second)).toBeCloseTo(None, 12);
    expect(cohenKappa(first, second, { weights: 'linear' })).toBeCloseTo(linear, 12);
    expect(cohenKappa(first, second, { weights: 'quadratic' })).toBeCloseTo(quadratic, 12);
    expect(fleissKappa(golden.fleiss.ratings)).toBeCloseTo(golden.fleiss.kappa, 12);
  });
});

describe('known answers', () => {
  test('alpha of the example of Krippendorff 2011, section D: .743, .815, .849, .797', () => {
    const _ = undefined;
    const coders = [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
      [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ];
    const items = coders[0]!.map((_value, i) => coders.map((coder) => coder[i]));
    const found = LEVELS.map((level) => krippendorffAlpha(items, { level }).value.toFixed(3));
    expect(found).toEqual(['0.743', '0.815', '0.849', '0.797']);
  });

  test('agreement is 1, and its interval a point; names will do where nothing is measured', () => {
    const agreed = [
      ['x', 'x'],
      ['y', 'y'],
      ['x', 'x', 'x'],
      ['y', undefined],
    ];
    expect(krippendorffAlpha(agreed, { level: 'nominal' }).value).toBe(1);
    expect(cohenKappa(['x', 'y'], ['x', 'y'])).toBe(1);
    expect(
      fleissKappa([
        ['x', 'x'],
        ['y', 'y'],
      ]),
    ).toBe(1);
    const { value, interval } = krippendorffAlpha(ratings, {
      level: 'interval',
      bootstrap: { key: key(0), rounds: 200 },
    });
    expect(interval!.low).toBeLessThan(value);
    expect(interval!.high).toBeGreaterThan(value);
    expect(interval!.high).toBeLessThanOrEqual(1);
  });

  test('mean opinion: 4 ± t · s / √n, more over raters who differ', () => {
    const values = [3, 5, 4, 4];
    const list = values.map((value, i) => ({ system: 'a', value, rater: `r${i % 2}` }));
    const [best, worst] = meanOpinionScores([{ system: 'b', value: 1 }, ...list]);
    const half = (3.182446305284263 * Math.sqrt(2 / 3)) / 2; // t(0.975, 3) from scipy
    expect(best).toMatchObject({ system: 'a', ratings: 4, score: { value: 4 } });
    expect(best!.score.interval!.high).toBeCloseTo(4 + half, 10);
    expect(worst).toEqual({ system: 'b', ratings: 1, score: { value: 1, better: 'higher' } });
    const [over] = meanOpinionScores(list, { overRaters: { key: key(1), rounds: 200 } });
    expect(over!.score.interval).toEqual({ low: 3.5, high: 4.5, level: 0.95 }); // the means of the two raters
  });
});

test('errors: nothing to compare, no variation, wrong values', () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => krippendorffAlpha([[1], [2]], { level: 'nominal' }), /no item has two ratings/],
    [() => krippendorffAlpha([[1, 1]], { level: 'nominal' }), /all ratings are 1/],
    [() => krippendorffAlpha([[1, 'x']], { level: 'ordinal' }), /got "x", expected finite numbers/],
    [() => krippendorffAlpha([[1, -2]], { level: 'ratio' }), /got -2, expected numbers of at least 0/],
    [() => cohenKappa([1], [1, 2]), /got 1 and 2 ratings/],
    [() => cohenKappa([1, 1], [1, 1]), /all ratings are 1/],
    [() => cohenKappa(['x'], ['y'], { weights: 'linear' }), /got "x", expected finite numbers/],
    [() => fleissKappa([[1, 2], [1]]), /item 1 has 1 ratings, the first has 2/],
    [() => fleissKappa([[1], [1]]), /at least two ratings/],
    [() => fleissKappa([[1, 1]]), /without variation/],
    [() => meanOpinionScores([]), /got no ratings/],
    [() => meanOpinionScores([{ system: 'a', value: Number.NaN }]), /rating 0 has value NaN/],
  ];
  for (const [f, message] of cases) {
    expect(f).toThrow(GenaiError);
    expect(f).toThrow(message);
  }
});
