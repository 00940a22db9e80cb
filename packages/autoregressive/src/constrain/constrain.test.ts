import { key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { accepts, dice, textOf, walk } from '../../test/constraint-walks.js';
import type { ByteAutomaton } from './byte-automaton.js';
import { choices } from './choices.js';
import { constrain } from './constrain.js';
import { regex } from './regex.js';

test('known answers: tokens that are several characters, a part of one, equal, empty or special', () => {
  const [first, last] = [Uint8Array.of(0xc3), Uint8Array.of(0xa9)]; // é
  const vocabulary = ['a', 'ab', 'b', 'b', '', 'é', first, last, 'c'];
  const constraint = constrain(regex(/ab*é/), vocabulary, { special: [8] });
  const allowed = (tokens: readonly number[]): number[] => {
    const { mask } = constraint.allowed(tokens.reduce(constraint.next, constraint.start));
    return [...mask.keys()].filter((token) => mask[token] === 1);
  };
  expect(allowed([])).toEqual([0, 1]);
  expect(allowed([1])).toEqual([2, 3, 5, 6]);
  expect(allowed([1, 6])).toEqual([7]);
  expect(allowed([1, 5])).toEqual([]);
  const end = (tokens: readonly number[]): boolean =>
    constraint.allowed(tokens.reduce(constraint.next, constraint.start)).end;
  expect([end([1]), end([1, 6]), end([1, 6, 7]), end([0, 5])]).toEqual([false, false, true, true]);
});

test('known answers: a token after which nothing can be completed is not allowed', () => {
  // 'ac' must be followed by 'd', which no token spells; 'ab' by 'e', which stands only in 'xe'.
  const vocabulary = ['a', 'b', 'c', 'f', 'xe'];
  const constraint = constrain(regex(/a(cd|be|f|bxe)/), vocabulary);
  const afterA = constraint.next(constraint.start, 0);
  expect([...constraint.allowed(afterA).mask]).toEqual([0, 1, 0, 1, 0]);
  expect([...constraint.allowed(constraint.next(afterA, 1)).mask]).toEqual([0, 0, 0, 0, 1]);
  // Only texts of even length can be spelled.
  const even = constrain(regex(/a{5}|a{3}b|aab/), ['aa', 'ab']);
  expect([...even.allowed(even.start).mask]).toEqual([1, 0]);
  expect([...even.allowed(even.next(even.start, 0)).mask]).toEqual([0, 1]);
});

test('laws: allowed are exactly the tokens from which the language can be completed, by brute force', () => {
  const random = dice(key(3));
  for (let i = 0; i < 60; i++) {
    const letter = (): string => 'abé'[Math.floor(random() * 3)]!;
    const word = (most: number): string => Array.from({ length: 1 + Math.floor(random() * most) }, letter).join('');
    const vocabulary = Array.from({ length: 5 }, () => word(3));
    const language = Array.from({ length: 12 }, () => word(6));
    // All sequences of tokens that spell a text of the language, and all their beginnings.
    const texts = new Set(language);
    const begun = new Map<string, Set<number>>();
    const spell = (text: string, tokens: readonly number[]): boolean => {
      let found = texts.has(text);
      for (const [token, part] of vocabulary.entries()) {
        if (![...texts].some((one) => one.startsWith(text + part)) || !spell(text + part, [...tokens, token])) continue;
        found = true;
        const name = tokens.join();
        begun.set(name, (begun.get(name) ?? new Set()).add(token));
      }
      return found;
    };
    for (const automaton of [choices(language), regex(language.join('|'))]) {
      if (!spell('', [])) {
        expect(() => constrain(automaton, vocabulary)).toThrow(/no text of the language/);
        continue;
      }
      const constraint = constrain(automaton, vocabulary);
      for (const [name, expected] of begun) {
        const tokens = name === '' ? [] : name.split(',').map(Number);
        const { mask, end } = constraint.allowed(tokens.reduce(constraint.next, constraint.start));
        expect(new Set([...mask.keys()].filter((token) => mask[token] === 1))).toEqual(expected);
        expect(end).toBe(texts.has(tokens.map((token) => vocabulary[token]).join('')));
      }
    }
  }
});

describe('laws: walks end in texts of the language', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const patterns = [
    /-?(0|[1-9]\d*)(\.\d+)?/,
    /[^"\\\n]{3,8}!/,
    /(äh|öh|[a-c]{2})*(ende|é+)/,
    /\p{Lu}[\p{Ll}-]{0,3}💩/u,
  ];
  for (const pattern of patterns) {
    test(`laws: ${pattern}`, () => {
      const vocabulary = [
        ...bytes,
        '12',
        '.5',
        '!!',
        'a!',
        'é!',
        'äh',
        'hö',
        'hen',
        'de',
        Uint8Array.of(0xa9, 0x21),
        '-',
        'É',
      ];
      const constraint = constrain(regex(pattern), vocabulary);
      const random = dice(key(4));
      const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags);
      for (let i = 0; i < 300; i++) {
        const tokens = walk(constraint, random);
        const text = textOf(tokens!.map((token) => vocabulary[token]!));
        expect(text).toMatch(pattern.unicode ? whole : new RegExp(whole.source, 'u'));
      }
    });
  }
});

test('known answers: an automaton of one’s own, without a word about completion', () => {
  // Words of a and b with as many a as b, at most 3 more of one than of the other.
  const balanced: ByteAutomaton<number> = {
    start: 0,
    next: (more, byte) => {
      const next = more + (byte === 97 ? 1 : -1);
      return (byte === 97 || byte === 98) && Math.abs(next) <= 3 ? next : undefined;
    },
    accepting: (more) => more === 0,
    key: (more) => more,
  };
  expect(accepts(balanced, 'abba')).toBe(true);
  const constraint = constrain(balanced, ['aa', 'bb', 'aaa', 'b']);
  expect([...constraint.allowed(0).mask]).toEqual([1, 1, 1, 1]);
  // With these tokens what an a is too many stays too many.
  const up = constrain(balanced, ['ab', 'a', 'ba']);
  expect([...up.allowed(0).mask]).toEqual([1, 0, 1]);
});

test('errors: nothing to spell, tokens that may not follow, tokens that are none', () => {
  expect(() => constrain(regex(/x+/), ['a', 'b'])).toThrow(/no text of the language/);
  expect(() => constrain(regex('[]'), ['a', 'b'])).toThrow(/no text of the language/);
  expect(() => constrain(regex(/a{3}/), ['aa', 'b'])).toThrow(/no text of the language/);
  expect(() => constrain(regex(/a/), [])).toThrow(/vocabulary must be an integer of at least 1/);
  expect(() => constrain(regex(/a/), ['a'], { special: [1] })).toThrow(/special token 1 is not in the vocabulary of 1/);
  const constraint = constrain(regex(/a*/), ['a', 'b', '']);
  for (const token of [1, 2, 3]) expect(() => constraint.next(constraint.start, token)).toThrow(/may not follow here/);
});
