import { key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { accepts, dice, textOf, walk } from '../../test/constraint-walks.js';
import { constrain } from './constrain.js';
import { grammar } from './grammar.js';

/** A grammar as lists of alternatives, for a recogniser that knows nothing of stacks. */
type Plain = { readonly [rule: string]: readonly (readonly string[])[] };

/** Whether the rule can be the part of the text from `from` to `to`: the least fixed point, by trying all cuts (as CYK does). */
function recognises(plain: Plain, text: string): boolean {
  const derived = new Set<string>();
  const isPart = (symbol: string, from: number, to: number): boolean =>
    symbol in plain ? derived.has(`${symbol} ${from} ${to}`) : text.slice(from, to) === symbol;
  const isSequence = (symbols: readonly string[], from: number, to: number): boolean => {
    const [first, ...rest] = symbols;
    if (first === undefined) return from === to;
    for (let cut = from; cut <= to; cut++) if (isPart(first, from, cut) && isSequence(rest, cut, to)) return true;
    return false;
  };
  for (let before = -1; before !== derived.size; ) {
    before = derived.size;
    for (const [rule, options] of Object.entries(plain)) {
      for (let from = 0; from <= text.length; from++) {
        for (let to = from; to <= text.length; to++) {
          if (options.some((symbols) => isSequence(symbols, from, to))) derived.add(`${rule} ${from} ${to}`);
        }
      }
    }
  }
  return derived.has(`root 0 ${text.length}`);
}

test('properties: random grammars, ambiguous, nested and with empty rules, agree with a recogniser that tries all cuts', () => {
  const random = dice(key(5));
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const names = ['root', 'one', 'two', 'three'];
  let [accepted, refused, tried] = [0, 0, 0];
  for (let i = 0; i < 250; i++) {
    const plain: Plain = Object.fromEntries(
      names.map((name) => [
        name,
        Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
          Array.from({ length: Math.floor(random() * 4) }, () =>
            random() < 0.45 ? one(names) : one(['a', 'b', 'ab']),
          ),
        ),
      ]),
    );
    const gbnf = names
      .map(
        (name) =>
          `${name} ::= ${plain[name]!.map((s) => s.map((x) => (x in plain ? x : `"${x}"`)).join(' ') || '""').join(' | ')}`,
      )
      .join('\n');
    const automaton = ((): ReturnType<typeof grammar> | undefined => {
      try {
        return grammar(gbnf);
      } catch (error) {
        expect(String(error), gbnf).toMatch(/left recursion/);
        return undefined;
      }
    })();
    if (!automaton) {
      refused++;
      continue;
    }
    for (let j = 0; j < 25; j++) {
      const text = Array.from({ length: Math.floor(random() * 7) }, () => one(['a', 'b'])).join('');
      const expected = recognises(plain, text);
      tried++;
      if (expected) accepted++;
      expect(accepts(automaton, text), `${gbnf}\n${text}`).toBe(expected);
    }
  }
  expect(accepted).toBeGreaterThan(200);
  expect(tried - accepted).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(10);
});

describe('known answers: the notation of llama.cpp', () => {
  const cases: readonly [gbnf: string, yes: readonly string[], no: readonly string[]][] = [
    [
      '# sums\nroot  ::= (expr "=" term "\\n")+\nexpr  ::= term ([-+*/] term)*\nterm  ::= [0-9]+ | "(" expr ")"',
      ['1+2=3\n', '(1*2)-3=4\n1=1\n'],
      ['1+2', '1+=2\n', '(1=2\n'],
    ],
    ['root ::= (\n "a"\n | # or\n "b" )\n', ['a', 'b'], ['', 'ab']],
    ['root ::= "a" |\n "b"', ['a', 'b'], ['']],
    ['root ::= x{2} y{1,} z{0,2}\nx ::= "x"\ny ::= "y"\nz ::= [z]', ['xxy', 'xxyyyzz'], ['xy', 'xxyzzz']],
    ['root ::= "ab"{2}?', ['', 'abab'], ['ab', 'abb']],
    ['root ::= [^\\n\\]x-z]+', ['a[é💩'], ['x', ']', '\n']],
    ['root ::= "\\x41\\u00e9\\U0001F4A9\\"\\\\\\t"', ['Aé💩"\\\t'], ['A']],
    ['root ::= . [a-] [--/]', ['\na-', '💩-/'], ['ab-']],
    ['root ::= a-1 a_2\na-1 ::= "" | "x"\na_2 ::= ', ['', 'x'], ['xx']],
    ['root ::= "(" root ")" | ""', ['', '((()))'], ['(', '())']],
    ['root ::= ("" | "a" | "a" root)*', ['', 'aaaa'], ['b']],
  ];
  for (const [gbnf, yes, no] of cases) {
    test(`known answers: ${gbnf.replaceAll('\n', '↵')}`, () => {
      for (const text of yes) expect(accepts(grammar(gbnf), text), JSON.stringify(text)).toBe(true);
      for (const text of no) expect(accepts(grammar(gbnf), text), JSON.stringify(text)).toBe(false);
    });
  }
});

test('known answers: brackets nested 2,000 deep, and long lists whose rule recurs on the right', () => {
  const nested = grammar('root ::= "[" (root ("," root)*)? "]"');
  expect(accepts(nested, '['.repeat(2000) + ']'.repeat(2000))).toBe(true);
  expect(accepts(nested, '['.repeat(2000) + ']'.repeat(1999))).toBe(false);
  const list = grammar('root ::= item root | item\nitem ::= "a"');
  expect(accepts(list, 'a'.repeat(5000))).toBe(true);
  // It is no deeper after many items than after one.
  let state = list.start;
  const seen = new Set<unknown>();
  for (let i = 0; i < 100; i++) {
    state = list.next(state, 97)!;
    seen.add(list.key(state));
  }
  expect(seen.size).toBe(1);
});

test('laws: walks end in texts of the grammar; what the vocabulary cannot spell is left out', () => {
  const gbnf =
    'root ::= value\nvalue ::= "[" (value ("," value)*)? "]" | "é" value | [0-9]{1,3} | odd\nodd ::= "<" value "ß"';
  const full = grammar(gbnf);
  for (const vocabulary of [
    [...'[],0123456789é<ß'],
    ['[', '[[', ']', ']]', '],[', ',', '1', '23', '4,5', 'é[', Uint8Array.of(0xc3), Uint8Array.of(0xa9)],
  ]) {
    const constraint = constrain(full, vocabulary);
    const random = dice(key(6));
    for (let i = 0; i < 200; i++) {
      // Any of the allowed at first; then those that close.
      const tokens = walk(constraint, random, {
        pick: (done, options) =>
          done.length > 10 ? options.find((t) => String(vocabulary[t]).startsWith(']')) : undefined,
      });
      expect(tokens).toBeDefined();
      expect(accepts(full, textOf(tokens!.map((token) => vocabulary[token]!)))).toBe(true);
    }
  }
  // After < there is no end, for ß stands only before another <. The search gives up, as it must, and lets < pass.
  const endless = constrain(full, ['[', ']', '<', '7', 'ß<']);
  expect([...endless.allowed(endless.start).mask]).toEqual([1, 0, 1, 1, 0]);
  const few = constrain(full, ['[', ']', '<', '7']);
  expect([...few.allowed(few.start).mask]).toEqual([1, 0, 0, 1]); // never <, for there is no ß
});

describe('errors: what is wrong, and in which line', () => {
  for (const [gbnf, message] of [
    ['', /no rule 'root'/],
    ['start ::= "a"', /no rule 'root'/],
    ['root ::= a', /rule 'root' refers to 'a', which is not there/],
    ['root ::= "a"\nunused ::= b', /rule 'unused' refers to 'b'/],
    ['root ::= "a"\nroot ::= "b"', /line 2: expected each rule once/],
    ['root ::= "a', /line 1: expected '"', got the end/],
    ['root ::= [a', /expected '\]', got the end/],
    ['\nroot ::= ("a"\n', /line 3: expected '\)', got the end/],
    ['root ::= "a"\n  | "b"', /line 2: expected the name of a rule, got "\|"/],
    ['root = "a"', /expected '::=', got "="/],
    ['root ::= "a" )', /expected the end of the rule, got "\)"/],
    ['root ::= "\\q"', /not \\q/],
    ['root ::= "\\u12"', /4 hexadecimal digits/],
    ['root ::= [z-a]', /a range that ascends/],
    ['root ::= "a"{3,2}', /at least 3 as the upper bound/],
    ['root ::= "a"{,2}', /expected a number/],
    ['root ::= expr\nexpr ::= expr "+" "1" | "1"', /left recursion, expr → expr/],
    ['root ::= a\na ::= b? c\nb ::= "b"\nc ::= a "x" | "y"', /left recursion, a → c → a/],
    ['root ::= (root)* "a"', /left recursion, root → root/],
  ] as const) {
    test(`errors: ${gbnf.replaceAll('\n', '↵')}`, () => expect(() => grammar(gbnf)).toThrow(message));
  }
});

test('errors: a language without texts', () => {
  expect(() => constrain(grammar('root ::= "a" root'), ['a'])).toThrow(/no text of the language/);
  expect(() => constrain(grammar('root ::= "a" b | "ac"\nb ::= "b" root'), ['a', 'b'])).toThrow(
    /no text of the language/,
  );
});

test('errors: a text with more readings than can be followed', () => {
  const ambiguous = grammar('root ::= "a" root "b" | "a" root "c" | ""');
  expect(() => accepts(ambiguous, 'a'.repeat(40))).toThrow(/more than 8192 ways/);
});
