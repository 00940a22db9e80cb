import { key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { accepts, dice } from '../../test/constraint-walks.js';
import { regex } from './regex.js';

const whole = (pattern: RegExp): RegExp => new RegExp(`^(?:${pattern.source})$`, pattern.flags);

test('properties: random patterns agree with the engine of JavaScript on random texts', () => {
  const random = dice(key(1));
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const atom = (depth: number): string => {
    if (depth > 0 && random() < 0.4) return `(${one(['', '?:'])}${alternatives(depth - 1)})`;
    return one([
      'a',
      'b',
      'é',
      '💩',
      '.',
      '\\d',
      '\\w',
      '\\S',
      '\\u00e9',
      '[a-b1]',
      '[^ab]',
      '[^é💩]',
      '[\\d\\s-]',
      '\\n',
      '\\.',
      '',
    ]);
  };
  const term = (depth: number): string => {
    const part = atom(depth);
    return part && random() < 0.4 ? part + one(['*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '??', '{1,3}?']) : part;
  };
  const alternatives = (depth: number): string =>
    Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
      Array.from({ length: Math.floor(random() * 4) }, () => term(depth)).join(''),
    ).join('|');
  const letters = ['a', 'b', '1', ' ', 'é', '💩', '\n', '.', '-', 'A'];
  const wrong: string[] = [];
  let matches = 0;
  for (let i = 0; i < 400; i++) {
    const pattern = new RegExp(alternatives(2), random() < 0.3 ? 'su' : random() < 0.3 ? 'iu' : 'u');
    const automaton = regex(pattern);
    for (let j = 0; j < 40; j++) {
      const text = Array.from({ length: Math.floor(random() * 7) }, () => one(letters)).join('');
      const expected = whole(pattern).test(text);
      if (expected) matches++;
      if (accepts(automaton, text) !== expected) wrong.push(`${pattern} on ${JSON.stringify(text)}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(matches).toBeGreaterThan(1000);
});

describe('known answers: the syntax of JavaScript', () => {
  const cases: readonly [pattern: RegExp | string, texts: readonly string[]][] = [
    [/^ab|cd$/, ['ab', 'cd', 'abd', 'acd']],
    [/a{2}{/, ['aa{', 'aa']],
    [/a{,2}]}/, ['a{,2}]}', 'aa]}']],
    [/\x41\u0042\cJ\0\//, ['AB\n\0/', 'AB\n0/']],
    ['\\u{3}', ['uuu', '\u0003']],
    [/\u{1F4A9}\u{e9}/u, ['💩é', '💩e']],
    [/[\uD83D\uDCA9]/u, ['💩']],
    [/\uD83D\uDCA9/, ['💩']],
    ['[^]', ['a', '\n', '']],
    ['[]a', ['a', '']],
    [/[\w-a]+/, ['x-a', 'x.']],
    [/[a\-z]+/, ['a-z', 'b']],
    [/[+--]+/, ['+,-', '.']],
    [/[\b\]\\^]+/, ['\b]\\^', 'b']],
    [/\p{Lu}\P{Lu}/u, ['Éé', 'éÉ', 'Ω1']],
    [/(?<year>\d+)-\D/, ['12-x', '12-3']],
    [/[\s\S]\s/, ['x\u00a0', 'x\ufeff', 'xx']],
    [/./, ['\u2028', '\r', '\u0085', '💩'.slice(0, 0)]],
    [/(a*)*b/, ['aaab', 'b', 'aa']],
    [/(?:|a)+/, ['', 'aaa', 'b']],
    [/straße/i, ['STRAßE', 'strasse', 'STRAẞE']],
    [/straße/iu, ['STRAßE', 'strasse', 'STRAẞE']],
    [/[^s]k/i, ['ſk', 'SK', 'xK', 'xK']],
    [/[^s]k/iu, ['ſk', 'SK', 'xK', 'xK']],
    [/\w\W/iu, ['ſ-', 'aſ', 'aK', 'a-']],
  ];
  for (const [pattern, texts] of cases) {
    test(`known answers: ${pattern}`, () => {
      for (const text of texts) expect(accepts(regex(pattern), text), text).toBe(whole(new RegExp(pattern)).test(text));
    });
  }
});

test('parity: letters of either case are those of JavaScript, for a quarter of the characters that have case', () => {
  const cased = Array.from({ length: 0x1f000 }, (_, point) => point)
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point))
    .filter((c) => c.toLowerCase() !== c || c.toUpperCase() !== c);
  const all = cased.join('');
  const wrong: string[] = [];
  for (const flags of ['i', 'iu']) {
    for (const c of cased.filter((_, i) => i % 4 === 0)) {
      if (flags === 'i' && c.length > 1) continue;
      const automaton = regex(new RegExp(c, flags));
      const expected = all.match(new RegExp(c, `g${flags}`))!;
      const related = [c, c.toLowerCase(), c.toUpperCase(), ...expected].filter(
        (other) => Array.from(other).length === 1,
      );
      for (const other of related) {
        if (accepts(automaton, other) !== expected.includes(other)) wrong.push(`${c} ${other} ${flags}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('laws: what is not UTF-8 is never accepted', () => {
  const any = regex('[^]*');
  const wrong: number[] = [];
  for (const bytes of [
    [0x80],
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5],
    [0xe2, 0x82],
  ]) {
    expect(accepts(any, Uint8Array.from(bytes)), String(bytes)).toBe(false);
  }
  for (let point = 0; point < 0x110000; point += 97) {
    if (point >= 0xd800 && point < 0xe000) continue;
    if (!accepts(any, String.fromCodePoint(point))) wrong.push(point);
  }
  expect(wrong).toEqual([]);
});

test('laws: every state can be completed, and shortest says how', () => {
  const automaton = regex(/(ab|[a-f]{3}x|é)*[\s\S]?z{2,4}/);
  const random = dice(key(2));
  for (let i = 0; i < 200; i++) {
    let state = automaton.start;
    for (let step = 0; step < 6; step++) {
      const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => automaton.next(state, byte));
      if (bytes.length === 0) break;
      state = automaton.next(state, bytes[Math.floor(random() * bytes.length)]!)!;
    }
    let left = automaton.shortest!(state);
    while (!automaton.accepting(state)) {
      const nexts = Array.from({ length: 256 }, (_, byte) => automaton.next(state, byte)).filter(
        (next) => next !== undefined,
      );
      state = nexts.reduce((a, b) => (automaton.shortest!(b) < automaton.shortest!(a) ? b : a));
      expect(automaton.shortest!(state)).toBe(--left);
    }
    expect(left).toBe(0);
  }
});

test('errors: what is not regular is named', () => {
  for (const [pattern, message] of [
    [/(a)\1/, /back-reference \\1/],
    [/(?<x>a)\k<x>/, /back-reference \\k/],
    [/a(?=b)/, /look-ahead/],
    [/(?<!b)a/, /look-behind/],
    [/\bword/, /word boundary/],
    [/a^b/, /anchor \^/],
    [/^a/m, /flag m/],
    [/(?:^a)b/, /anchor \^/],
    ['(', /Unterminated group/],
    [`${'('.repeat(600)}a${')'.repeat(600)}`, /nested/],
    ['a{999999}', /more than 262144 nodes/],
  ] as const) {
    expect(() => regex(pattern)).toThrow(message);
  }
});

test('known answers: nested bounds are calls, not copies', () => {
  expect(accepts(regex(/((((a{60}){60}b){60}c){60}d){60}/), 'a'.repeat(3600))).toBe(false);
  expect(accepts(regex(/((a{60}){60}b){2}/), `${'a'.repeat(3600)}b`.repeat(2))).toBe(true);
});
