import { GenaiError } from '@genai/core';
import { ANY_CODE_POINT, type CodePointRange, codePoints, complement } from './code-points.js';
import { character, choice, type Expression, repeat, rule, sequence, text } from './expression.js';
import { type Scanner, scanner } from './scanner.js';

/**
 * The rules of a grammar in the notation of llama.cpp.
 *
 * @throws GenaiError that says in which line something is wrong.
 */
export function parseGbnf(source: string): Map<string, Expression> {
  const at = scanner(source);
  const rules = new Map<string, Expression>();
  const fail = (expected: string): never => {
    const line =
      Array.from(source)
        .slice(0, at.at())
        .filter((c) => c === '\n').length + 1;
    const got = at.done() ? 'the end' : JSON.stringify(at.peek());
    throw new GenaiError(`grammar: line ${line}: expected ${expected}, got ${got}.`);
  };
  const expect = (token: string): void => {
    if (!at.eat(token)) fail(`'${token}'`);
  };
  const name = (): string => at.takeAll(/[A-Za-z0-9_-]/) || fail('the name of a rule');

  /** Space and comments; a line's end only inside of a rule's parentheses and where a rule cannot be over. */
  const skip = (lines: boolean): void => {
    for (;;) {
      at.takeAll(lines ? /\s/ : /[ \t]/);
      if (at.peek() !== '#') return;
      at.takeAll(/[^\r\n]/);
    }
  };
  const alternatives = (depth: number): Expression => {
    if (depth > MOST_DEPTH) fail(`groups of at most ${MOST_DEPTH} levels`);
    const options = [sequenceOf(depth)];
    while (at.eat('|')) {
      skip(true);
      options.push(sequenceOf(depth));
    }
    return choice(options);
  };
  const sequenceOf = (depth: number): Expression => {
    const parts: Expression[] = [];
    for (let part = item(depth); part; part = item(depth)) {
      skip(depth > 0);
      parts.push(quantified(part, depth));
    }
    return sequence(parts);
  };
  const item = (depth: number): Expression | undefined => {
    if (at.eat('"')) return literal();
    if (at.eat('[')) return characters();
    if (at.eat('.')) return character(ANY_CODE_POINT);
    if (at.eat('(')) {
      skip(true);
      const inside = alternatives(depth + 1);
      expect(')');
      return inside;
    }
    return /[A-Za-z0-9_-]/.test(at.peek()) ? rule(name()) : undefined;
  };
  const quantified = (part: Expression, depth: number): Expression => {
    let [least, most] = [1, 1];
    if (at.eat('*')) [least, most] = [0, Number.POSITIVE_INFINITY];
    else if (at.eat('+')) [least, most] = [1, Number.POSITIVE_INFINITY];
    else if (at.eat('?')) [least, most] = [0, 1];
    else if (at.eat('{')) [least, most] = bounds();
    else return part;
    skip(depth > 0);
    return quantified(repeat(part, least, most), depth);
  };
  const bounds = (): [least: number, most: number] => {
    const number = (): number => Number(at.takeAll(/\d/) || fail('a number'));
    skip(true);
    const least = number();
    skip(true);
    let most = least;
    if (at.eat(',')) {
      skip(true);
      most = at.peek() === '}' ? Number.POSITIVE_INFINITY : number();
      skip(true);
    }
    if (most < least) fail(`at least ${least} as the upper bound, before this`);
    expect('}');
    return [least, most];
  };
  const literal = (): Expression => {
    let value = '';
    while (!at.eat('"')) value += letter('"');
    return text(value);
  };
  const characters = (): Expression => {
    const negated = at.eat('^');
    const ranges: CodePointRange[] = [];
    while (!at.eat(']')) {
      const from = letter(']').codePointAt(0)!;
      const isRange = at.peek() === '-' && at.peek(1) !== ']' && at.eat('-');
      const to = isRange ? letter(']').codePointAt(0)! : from;
      if (to < from) fail('a range that ascends, before this');
      ranges.push([from, to]);
    }
    const set = codePoints(ranges);
    return character(negated ? complement(set) : set);
  };
  const letter = (closing: string): string => {
    if (at.done()) return fail(`'${closing}'`);
    return at.eat('\\') ? escaped(at, fail) : at.take();
  };

  for (skip(true); !at.done(); skip(true)) {
    const defined = name();
    if (rules.has(defined)) fail(`each rule once, but '${defined}' is there already,`);
    skip(false);
    expect('::=');
    skip(true);
    rules.set(defined, alternatives(0));
    if (!at.done() && !/[\r\n]/.test(at.peek())) fail('the end of the rule');
  }
  return rules;
}

function escaped(at: Scanner, fail: (expected: string) => never): string {
  const letter = at.take();
  const simple = ESCAPES[letter];
  if (simple !== undefined) return simple;
  const length =
    HEXADECIMAL[letter] ?? fail(`one of \\n \\r \\t \\\\ \\" \\[ \\] \\x \\u \\U, not \\${letter}, before this`);
  let written = '';
  while (written.length < length) {
    if (!/[\da-f]/i.test(at.peek() || ' ')) fail(`${length} hexadecimal digits after \\${letter}`);
    written += at.take();
  }
  const point = Number.parseInt(written, 16);
  return point > 0x10ffff ? fail('a character of at most \\U0010FFFF, before this') : String.fromCodePoint(point);
}

const MOST_DEPTH = 500;
const ESCAPES: { readonly [letter: string]: string } = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '"': '"',
  '[': '[',
  ']': ']',
  '-': '-',
  '^': '^',
};
const HEXADECIMAL: { readonly [letter: string]: number } = { x: 2, u: 4, U: 8 };
