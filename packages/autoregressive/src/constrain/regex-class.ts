import { type CodePoints, codePoints, codePointsOf, complement } from './code-points.js';
import type { Scanner } from './scanner.js';

/** What the flags of an expression mean for its characters. */
export interface RegexFlags {
  readonly unicode: boolean;
  /** The set that the flag i makes of one. */
  readonly cased: (set: CodePoints) => CodePoints;
  readonly fail: (what: string) => never;
}

/** The characters of a class, from behind its opening bracket. */
export function regexClass(at: Scanner, flags: RegexFlags): CodePoints {
  const negated = at.eat('^');
  let set: CodePoints = [];
  while (!at.eat(']')) {
    const from = classAtom(at, flags);
    let found = from;
    if (at.peek() === '-' && at.peek(1) !== ']') {
      at.eat('-');
      const to = classAtom(at, flags);
      // With a class on one side the dash is a character.
      found = single(from) && single(to) ? [[from[0]![0], to[0]![1]]] : [...from, ...codePointsOf('-'), ...to];
    }
    set = codePoints([...set, ...found]);
  }
  const cased = flags.cased(set);
  return negated ? complement(cased) : cased;
}

/** The characters that an escape stands for, from behind its backslash. */
export function regexEscape(at: Scanner, flags: RegexFlags, inClass: boolean): CodePoints {
  const letter = at.take();
  const lower = letter.toLowerCase();
  if (lower === 'd' || lower === 'w' || lower === 's') {
    const set =
      lower === 'w' && flags.unicode ? flags.cased(WORD) : lower === 'w' ? WORD : lower === 'd' ? DIGIT : SPACE;
    return letter === lower ? set : complement(set);
  }
  if (flags.unicode && lower === 'p') return property(`\\${letter}${propertyName(at)}`);
  if (letter === 'b' && inClass) return codePointsOf('\b');
  if (lower === 'b')
    return flags.fail(`the word boundary \\${letter}, which is not supported. Write what stands on either side`);
  if (letter === 'k' || (/[1-9]/.test(letter) && !inClass)) {
    return flags.fail(`the back-reference \\${letter}, which is not regular. Write out the alternatives`);
  }
  if (/\d/.test(letter) && (letter !== '0' || /\d/.test(at.peek()))) {
    return flags.fail(`the octal escape \\${letter}. Write \\x and two hexadecimal digits`);
  }
  const simple = SIMPLE[letter];
  if (simple !== undefined) return codePointsOf(simple);
  if (letter === 'c' && /[a-z]/i.test(at.peek())) return pointSet(at.take().charCodeAt(0) % 32);
  if (letter === 'x' || letter === 'u') return pointSet(hexadecimal(at, letter, flags.unicode));
  return codePointsOf(letter);
}

function classAtom(at: Scanner, flags: RegexFlags): CodePoints {
  return at.eat('\\') ? regexEscape(at, flags, true) : codePointsOf(at.take());
}

/** Of \xHH, \uHHHH, a pair of surrogates, \u{…}; of anything else, the letter itself, as JavaScript without the flag u. */
function hexadecimal(at: Scanner, letter: 'x' | 'u', unicode: boolean): number {
  if (letter === 'x') return digits(at, 2) ?? letter.charCodeAt(0);
  if (unicode && at.eat('{')) {
    const written = at.takeAll(/[\da-f]/i);
    at.eat('}');
    return Number.parseInt(written, 16);
  }
  const high = digits(at, 4);
  if (high === undefined) return letter.charCodeAt(0);
  if (high >= 0xd800 && high < 0xdc00 && at.peek() === '\\' && at.peek(1) === 'u') {
    const low = Number.parseInt([2, 3, 4, 5].map((i) => at.peek(i)).join(''), 16);
    if (low >= 0xdc00 && low < 0xe000) {
      at.eat('\\u');
      digits(at, 4);
      return (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
    }
  }
  return high;
}

function digits(at: Scanner, count: number): number | undefined {
  const written = Array.from({ length: count }, (_, i) => at.peek(i)).join('');
  if (!/^[\da-f]+$/i.test(written) || written.length !== count) return undefined;
  at.eat(written);
  return Number.parseInt(written, 16);
}

function propertyName(at: Scanner): string {
  let name = '';
  while (!name.endsWith('}')) name += at.take();
  return name;
}

/** Asked of the engine's own tables, character by character. */
function property(written: string): CodePoints {
  let set = properties.get(written);
  if (!set) {
    const has = new RegExp(written, 'u');
    const ranges: [number, number][] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      if (!has.test(String.fromCodePoint(point))) continue;
      const last = ranges.at(-1);
      if (last?.[1] === point - 1) last[1] = point;
      else ranges.push([point, point]);
    }
    set = ranges;
    properties.set(written, set);
  }
  return set;
}

const properties = new Map<string, CodePoints>();

function single(set: CodePoints): boolean {
  return set.length === 1 && set[0]![0] === set[0]![1];
}

function pointSet(point: number): CodePoints {
  return [[point, point]];
}

const DIGIT: CodePoints = [[0x30, 0x39]];
const WORD: CodePoints = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE = codePointsOf(
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
);
const SIMPLE: { readonly [letter: string]: string } = { t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', 0: '\0' };
