import { describe, expect, test } from 'vitest';
import { distinct } from './distinct.js';
import { heapsFit } from './heaps-fit.js';
import { repetition } from './repetition.js';
import { selfBleu } from './self-bleu.js';
import { vocabularyCoverage } from './vocabulary-coverage.js';
import { words } from './white-space.js';
import { zipfFit } from './zipf-fit.js';

describe('known answers', () => {
  test('distinct-n: different n-grams over all', () => {
    expect(distinct(['a b a', 'a b'], 1).value).toBe(2 / 5);
    expect(distinct(['a b a', 'a b'], 2).value).toBe(2 / 3);
    // Tokens are not taken apart or joined: "a b" is one here, and 1 is not "1".
    expect(
      distinct(
        [
          ['a b', 'c'],
          ['a', 'b c'],
          [1, '1'],
        ],
        2,
      ).value,
    ).toBe(1);
  });

  test('repetition: the mean over texts long enough, and lines that come again', () => {
    const { ngrams, lines } = repetition(['a b a b a', 'a b c', 'a', 'x y\nx y\n\n z'], 2);
    // 2 of 4, 2 of 2, and of x y, y x, x y, y z three of four.
    expect(ngrams.value).toBeCloseTo((0.5 + 0 + 0.25) / 3, 12);
    expect(lines.value).toBe(1 / 6);
  });

  test('vocabulary: the share used, and the share of what is not known', () => {
    const { coverage, unknown } = vocabularyCoverage(['a b', 'a z'], ['a b c', 'd']);
    expect(coverage.value).toBe(2 / 4);
    expect(unknown.value).toBe(1 / 4);
  });

  test("Zipf's and Heaps' exponents of texts that follow the laws", () => {
    const counts = Array.from({ length: 40 }, (_, i) => Math.round(2e4 / (i + 1)));
    const tokens = counts.flatMap((count, i) => new Array<number>(count).fill(i));
    expect(zipfFit([tokens]).exponent).toBeCloseTo(1, 3);
    expect(zipfFit([tokens]).correlation).toBeCloseTo(1, 6);
    expect(zipfFit([[1, 1, 1, 1, 2, 2, 3]], { most: 2 }).exponent).toBeCloseTo(1, 12);
    expect(zipfFit(['a b c']).exponent).toBe(0);
    // The n-th new token comes when n² are read.
    const growing = Array.from({ length: 2 ** 16 }, (_, i) => Math.ceil(Math.sqrt(i + 1)));
    expect(heapsFit([growing]).exponent).toBeCloseTo(0.5, 1);
    expect(heapsFit([Array.from({ length: 100 }, (_, i) => i)])).toEqual({ exponent: 1, correlation: 1 });
  });

  test('self-BLEU: copies, and texts that share nothing', () => {
    expect(selfBleu(['a b c d e', 'a b c d e']).value).toBeCloseTo(1, 12);
    expect(selfBleu(['a b c d', 'e f g h', '']).value).toBe(0);
  });

  test("white space is Python's", () => {
    expect(words('\x1fa\u0085b\ufeffc\u2028\u3000d \t')).toEqual(['a', 'b\ufeffc', 'd']);
    expect(words(' ')).toEqual([]);
  });
});

test('errors: nothing to count', () => {
  expect(() => distinct(['a'], 2)).toThrow('distinct: no text has 2 tokens. Pass longer texts or a smaller n.');
  expect(() => repetition(['a b c'])).toThrow('no text has 4 tokens');
  expect(() => selfBleu(['a b'])).toThrow('got 1 texts');
  expect(() => zipfFit(['a a'])).toThrow('got 1 different tokens');
  expect(() => heapsFit(['a'])).toThrow('got 1 tokens');
  expect(() => vocabularyCoverage(['a'], [])).toThrow('a reference of 0 different ones');
});
