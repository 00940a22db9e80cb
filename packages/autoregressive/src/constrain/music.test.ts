import { key } from '@genai/core';
import { expect, test } from 'vitest';
import { dice, walk } from '../../test/constraint-walks.js';
import { both } from './both.js';
import { finite } from './finite.js';
import { metreConstraint } from './metre-constraint.js';
import { MAJOR, MINOR, scaleConstraint } from './scale-constraint.js';

const allowedIn = (mask: Uint8Array): number[] => [...mask.keys()].filter((token) => mask[token] === 1);

test('known answers: durations after which the bar can be filled, by hand', () => {
  // Tokens last 2, 3, 4 steps and none; the bar has 7. Left: 7 = 2+2+3 = 3+4; 5 = 2+3; 4; 3; 2.
  const metre = metreConstraint({ vocabulary: 5, bar: 7, duration: (token) => [2, 3, 4, undefined, 0][token] });
  const at = (filled: number): number[] => allowedIn(metre.allowed(filled).mask);
  expect(at(0)).toEqual([0, 1, 2, 3, 4]);
  expect(at(2)).toEqual([0, 1, 3, 4]); // 4 would leave 1
  expect(at(3)).toEqual([0, 2, 3, 4]); // 3 would leave 1
  expect(at(4)).toEqual([1, 3, 4]);
  expect(at(5)).toEqual([0, 3, 4]);
  expect([0, 2, 5].map((filled) => metre.allowed(filled).end)).toEqual([true, false, false]);
  expect(metre.next(5, 0)).toBe(0);
});

test('laws: every walk fills its bars, and every way to fill a bar is allowed, by enumeration', () => {
  const random = dice(key(11));
  for (let i = 0; i < 40; i++) {
    const bar = 3 + Math.floor(random() * 10);
    const durations = [1, 2, 3].map(() => 1 + Math.floor(random() * 6));
    const ways = (filled: number): string[] =>
      filled === bar
        ? ['']
        : filled > bar
          ? []
          : durations.flatMap((d, token) => ways(filled + d).map((rest) => token + rest));
    const expected = ways(0);
    if (expected.length === 0) {
      expect(() => metreConstraint({ vocabulary: 3, bar, duration: (token) => durations[token] })).toThrow(
        /no durations fill/,
      );
      continue;
    }
    const metre = metreConstraint({ vocabulary: 3, bar, duration: (token) => durations[token] });
    const allowed = (filled: number, begun: string): string[] =>
      filled === 0 && begun !== ''
        ? [begun]
        : allowedIn(metre.allowed(filled).mask).flatMap((token) => allowed(metre.next(filled, token), begun + token));
    expect(allowed(0, '').sort()).toEqual(expected.sort());
  }
});

test('known answers: the pitches of a scale', () => {
  const pitch = (token: number): number | undefined => (token < 24 ? token + 48 : undefined);
  const scale = scaleConstraint({ vocabulary: 26, scale: MAJOR, tonic: 2, pitch, special: [25] });
  const dMajor = ['D', 'E', 'F#', 'G', 'A', 'B', 'C#'];
  const names = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'];
  const expected = Array.from({ length: 24 }, (_, i) => i).filter((i) => dMajor.includes(names[i % 12]!));
  expect(allowedIn(scale.allowed(scale.start).mask)).toEqual([...expected, 24]);
  expect(scale.allowed(scale.start).end).toBe(true);
  // B minor has the notes of D major.
  const minor = scaleConstraint({ vocabulary: 26, scale: MINOR, tonic: 11, pitch, special: [25] });
  expect(minor.allowed(0).mask).toEqual(scale.allowed(0).mask);
});

test('known answers: two constraints at once, looking ahead in both', () => {
  // A token is a pitch, 0 to 11, and a duration of 1 to 4 steps.
  const pitch = (token: number): number => token % 12;
  const duration = (token: number): number => 1 + Math.floor(token / 12);
  // In this scale there are notes of 3 and 4 steps only: a bar of 7 is 3 + 4.
  const scale = scaleConstraint({ vocabulary: 48, scale: [0, 7], pitch, special: [...Array(24).keys()] });
  const metre = metreConstraint({ vocabulary: 48, bar: 7, duration });
  const music = both(scale, metre);
  expect(allowedIn(music.allowed(music.start).mask)).toEqual([24, 31, 36, 43]);
  const after3 = music.next(music.start, 24);
  expect(allowedIn(music.allowed(after3).mask)).toEqual([36, 43]);
  expect([music.allowed(music.start).end, music.allowed(after3).end]).toEqual([true, false]);
  const random = dice(key(12));
  for (let i = 0; i < 50; i++) {
    const tokens = walk(music, random)!;
    expect(tokens.every((token) => [0, 7].includes(pitch(token)))).toBe(true);
    expect(tokens.reduce((sum, token) => sum + duration(token), 0) % 7).toBe(0);
  }
});

test('known answers: two languages that each go on for ever but end together once only', () => {
  const times = (n: number): ReturnType<typeof finite<number>> =>
    finite({
      vocabulary: 2,
      start: 0,
      next: (count, token) => (count + token + 1) % n,
      end: (count) => count === n - 1,
    });
  const all = both(both(times(3), times(4)), times(5)); // counts that are 59 modulo 60
  let state = all.start;
  for (let i = 0; i < 59; i++) {
    expect(all.allowed(state).end).toBe(false);
    state = all.next(state, 0);
  }
  expect(all.allowed(state).end).toBe(true);
  const never = finite({ vocabulary: 2, start: 0, next: (count) => (count + 1) % 4, end: (count) => count === 2 });
  const odd = finite({ vocabulary: 2, start: 0, next: (count) => (count + 1) % 2, end: (count) => count === 1 });
  expect(() => both(never, odd)).toThrow(/no sequence of tokens leads from the start to an end/);
});

test('errors: what is wrong', () => {
  const scale = { vocabulary: 12, scale: MAJOR, pitch: (token: number) => token };
  expect(() => scaleConstraint({ ...scale, scale: [] })).toThrow(/scale must be integers from 0 to 11, got \[\]/);
  expect(() => scaleConstraint({ ...scale, scale: [0, 12] })).toThrow(/got \[0,12\]/);
  expect(() => scaleConstraint({ ...scale, tonic: 0.5 })).toThrow(/tonic must be an integer of at least 0, got 0.5/);
  expect(() => metreConstraint({ vocabulary: 2, bar: 0, duration: () => 1 })).toThrow(
    /bar must be an integer of at least 1, got 0/,
  );
  expect(() => metreConstraint({ vocabulary: 2, bar: 4, duration: () => 1.5 })).toThrow(
    /duration of 0 must be an integer of at least 0, got 1.5/,
  );
  expect(() => metreConstraint({ vocabulary: 2, bar: 5, duration: () => 2 })).toThrow(
    /no durations fill a bar of 5 steps/,
  );
  expect(() => both(scaleConstraint(scale), scaleConstraint({ ...scale, vocabulary: 13 }))).toThrow(
    /of 12 and of 13 tokens/,
  );
  expect(() => finite({ vocabulary: 2, start: 0, next: () => 1, end: () => false })).toThrow(/no sequence of tokens/);
  expect(() => finite({ vocabulary: 2, start: [0], next: (s) => s, end: () => true })).toThrow(/need a key/);
  const bound = scaleConstraint(scale);
  for (const token of [1, -1, 12]) expect(() => bound.next(0, token)).toThrow(/may not follow here/);
});
