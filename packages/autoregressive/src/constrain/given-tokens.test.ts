import { disposeTree, key } from '@genai/core';
import { expect, test } from 'vitest';
import { dice, walk } from '../../test/constraint-walks.js';
import { chainParams, markovChain, someTable } from '../../test/markov.js';
import { generate } from '../decode/generate.js';
import { both } from './both.js';
import { finite } from './finite.js';
import { givenTokens } from './given-tokens.js';
import { metreConstraint } from './metre-constraint.js';
import { MAJOR, scaleConstraint } from './scale-constraint.js';

const allowedIn = (mask: Uint8Array): number[] => [...mask.keys()].filter((token) => mask[token] === 1);

test('known answers: what may stand at each place, and where it may end', () => {
  const gaps = [undefined, 3, undefined, 0];
  const constraint = givenTokens({ vocabulary: 5, length: 4, given: (place) => gaps[place], special: [4] });
  const at = (place: number): [number[], boolean] => {
    const { mask, end } = constraint.allowed(place);
    return [allowedIn(mask), end];
  };
  expect([0, 1, 2, 3, 4].map(at)).toEqual([
    [[0, 1, 2, 3], false],
    [[3], false],
    [[0, 1, 2, 3], false],
    [[0], false],
    [[], true],
  ]);
  expect([constraint.start, constraint.next(0, 2), constraint.next(1, 3)]).toEqual([0, 1, 2]);
  // A given token may be a special one, and a sequence without a length ends between those given.
  const open = givenTokens({ vocabulary: 3, given: (place) => (place % 2 === 1 ? 2 : undefined), special: [2] });
  expect([0, 1, 1000, 1001].map((place) => open.allowed(place).end)).toEqual([true, false, true, false]);
  expect([6, 7].map((place) => allowedIn(open.allowed(place).mask))).toEqual([[0, 1], [2]]);
  expect(givenTokens({ vocabulary: 3, length: 0, given: () => 1 }).allowed(0).end).toBe(true);
});

test('laws: walks are the sequences with those tokens, each as often as any, by enumeration', () => {
  const constraint = givenTokens({
    vocabulary: 3,
    length: 5,
    given: (place) => [undefined, 1, undefined, 2, 0][place],
  });
  const random = dice(key(21));
  const counts = new Map<string, number>();
  for (let i = 0; i < 1800; i++) {
    const text = walk(constraint, random)!.join('');
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const expected = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => `${a}1${b}20`));
  expect([...counts.keys()].sort()).toEqual(expected);
  for (const [text, count] of counts) expect(Math.abs(count - 200), text).toBeLessThan(4 * Math.sqrt(200 * (8 / 9)));
});

test('known answers: with a metre it looks ahead to what is given', () => {
  // Tokens last 1, 2 and 3 steps of a bar of 4; of four tokens the last lasts 3, so that 1 stands before it and two fill a bar.
  const given = givenTokens({ vocabulary: 3, length: 4, given: (place) => (place === 3 ? 2 : undefined) });
  const music = both(given, metreConstraint({ vocabulary: 3, bar: 4, duration: (token) => token + 1 }));
  const ways = (state: readonly [number, number], begun: string): string[] => {
    const { mask, end } = music.allowed(state);
    return end ? [begun] : allowedIn(mask).flatMap((token) => ways(music.next(state, token), begun + token));
  };
  expect(ways(music.start, '').sort()).toEqual(['0202', '1102', '2002']);
});

test('known answers: with a scale, given tokens must be in it too', () => {
  const scale = scaleConstraint({ vocabulary: 12, scale: MAJOR, pitch: (token) => token });
  const withGiven = (token: number) => both(givenTokens({ vocabulary: 12, length: 300, given: (place) => (place % 4 === 0 ? token : undefined) }), scale); // biome-ignore format: one line
  const melody = withGiven(7);
  expect(allowedIn(melody.allowed(melody.start).mask)).toEqual([7]);
  expect(allowedIn(melody.allowed(melody.next(melody.start, 7)).mask)).toEqual([0, 2, 4, 5, 7, 9, 11]);
  expect(() => withGiven(6)).toThrow(/no sequence of tokens leads from the start to an end/);
});

test('known answers: two voices of which one is given are drawn as the chain draws them, given what came before', async () => {
  const table = someTable(4, 9);
  const params = chainParams(table);
  const constraint = givenTokens({ vocabulary: 4, length: 4000, given: (place) => (place % 2 === 0 ? (place / 2) % 4 : undefined) }); // biome-ignore format: one line
  const { tokens, stopped } = await generate(markovChain(4), params, {
    prompt: [0],
    steps: 4000,
    key: key(5),
    constraint,
  }).result;
  expect([tokens.length, stopped]).toEqual([4000, 'constraint']);
  expect(tokens.filter((_, place) => place % 2 === 0).every((token, i) => token === i % 4)).toBe(true);
  const counts = table.map((row) => row.map(() => 0));
  for (let place = 1; place < 4000; place += 2) counts[tokens[place - 1]!]![tokens[place]!]!++;
  for (const [before, row] of table.entries()) {
    for (const [token, logP] of row.entries()) {
      const p = Math.exp(logP);
      expect(Math.abs(counts[before]![token]! - 500 * p)).toBeLessThan(4 * Math.sqrt(500 * p * (1 - p)));
    }
  }
  disposeTree(params);
});

test('laws: equal to the automaton of finite', () => {
  const given = (place: number): number | undefined => [2, undefined, undefined, 1][place];
  const quick = givenTokens({ vocabulary: 4, length: 6, given, special: [3] });
  const searched = finite<number>({
    vocabulary: 4,
    start: 0,
    next: (place, token) => (place < 6 && token === (given(place) ?? token) ? place + 1 : undefined),
    end: (place) => place === 6,
    special: [3],
  });
  for (let place = 0; place <= 6; place++) expect(quick.allowed(place)).toEqual(searched.allowed(place));
});

test('errors: sizes, tokens of another vocabulary, tokens that may not follow', () => {
  const options = { vocabulary: 3, given: () => undefined };
  expect(() => givenTokens({ ...options, vocabulary: 0 })).toThrow(
    /vocabulary must be an integer of at least 1, got 0/,
  );
  expect(() => givenTokens({ ...options, length: 1.5 })).toThrow(/length must be an integer of at least 0, got 1.5/);
  expect(() => givenTokens({ ...options, special: [0, 1, 2] })).toThrow(/all 3 tokens are special/);
  for (const token of [3, -1, 0.5, Number.NaN]) {
    const constraint = givenTokens({ vocabulary: 3, given: () => token });
    expect(() => constraint.allowed(7)).toThrow(/given\(7\) is .*, expected an integer from 0 to 2/);
  }
  const constraint = givenTokens({ vocabulary: 3, length: 2, given: (place) => place });
  expect(() => constraint.next(1, 2)).toThrow(/token 2 may not stand at place 1/);
  expect(() => constraint.next(2, 0)).toThrow(/token 0 may not stand at place 2/);
});
