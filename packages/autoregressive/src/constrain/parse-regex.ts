import { GenaiError } from '@genai/core';
import { withCaseVariants } from './case-variants.js';
import { ANY_CODE_POINT, type CodePoints, codePointsOf, complement } from './code-points.js';
import { character, choice, type Expression, repeat, sequence } from './expression.js';
import { regexClass, regexEscape } from './regex-class.js';
import { type Scanner, scanner } from './scanner.js';

export interface RegexOptions {
  /** What is asked for is somewhere in the text, as `test` has it, and not the whole text. `^` and `$` then matter. */
  readonly search?: boolean;
}

/**
 * The language of a regular expression.
 *
 * @throws GenaiError if it is not a valid expression of JavaScript, or not a regular one.
 */
export function parseRegex(where: string, pattern: RegExp, { search = false }: RegexOptions = {}): Expression {
  const fail = (what: string): never => {
    throw new GenaiError(`${where}: ${pattern} has ${what}.`);
  };
  for (const flag of pattern.flags) {
    if (!'isudgy'.includes(flag)) fail(`the flag ${flag}, which is not supported. Use i, s or u`);
  }
  const unicode = pattern.unicode;
  const cased = (set: CodePoints): CodePoints => (pattern.ignoreCase ? withCaseVariants(set, unicode) : set);
  const flags = { unicode, cased, fail };
  const dot = character(pattern.dotAll ? ANY_CODE_POINT : complement(codePointsOf('\n\r\u2028\u2029')));
  const at = scanner(pattern.source);

  const alternatives = (depth: number): Expression => {
    if (depth > MOST_DEPTH) fail(`groups nested more than ${MOST_DEPTH} deep. Make them flatter`);
    const options = [alternative(depth)];
    while (at.eat('|')) options.push(alternative(depth));
    return choice(options);
  };
  const alternative = (depth: number): Expression => {
    const outermost = depth === 0;
    const begins = outermost && at.eat('^');
    const parts: Expression[] = [];
    let ends = false;
    while (!at.done() && at.peek() !== '|' && at.peek() !== ')') {
      if (outermost && at.peek() === '$' && (at.peek(1) === '' || at.peek(1) === '|')) ends = at.eat('$');
      else parts.push(quantified(at, atom(depth)));
    }
    if (search && outermost && !begins) parts.unshift(ANYTHING);
    if (search && outermost && !ends) parts.push(ANYTHING);
    return sequence(parts);
  };
  const atom = (depth: number): Expression => {
    if (at.peek() === '(') return group(depth);
    if (at.eat('.')) return dot;
    if (at.eat('[')) return character(regexClass(at, flags));
    if (at.peek() === '^' || at.peek() === '$') {
      return fail(`the anchor ${at.peek()} inside. It can only stand at the ends of the whole, or of its alternatives`);
    }
    if (at.eat('\\')) return character(cased(regexEscape(at, flags, false)));
    return character(cased(codePointsOf(at.take())));
  };
  const group = (depth: number): Expression => {
    at.eat('(');
    if (at.eat('?')) {
      if (at.eat('=') || at.eat('!')) return fail('look-ahead, which is not supported. Write out the alternatives');
      if (at.eat('<=') || at.eat('<!')) return fail('look-behind, which is not supported. Write out the alternatives');
      if (at.eat('<')) while (at.take() !== '>') {}
      else if (!at.eat(':')) return fail('flags inside. Give them to the whole expression');
    }
    const inside = alternatives(depth + 1);
    at.eat(')');
    return inside;
  };
  return alternatives(0);
}

/** The expression of a pattern, which was given as text. */
export function regexOf(where: string, pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    throw new GenaiError(`${where}: ${(error as Error).message}.`, { cause: error });
  }
}

function quantified(at: Scanner, part: Expression): Expression {
  const bounds = quantifier(at);
  if (!bounds) return part;
  at.eat('?'); // lazy: the same language
  return repeat(part, ...bounds);
}

function quantifier(at: Scanner): [least: number, most: number] | undefined {
  if (at.eat('*')) return [0, Number.POSITIVE_INFINITY];
  if (at.eat('+')) return [1, Number.POSITIVE_INFINITY];
  if (at.eat('?')) return [0, 1];
  // Without the flag u, a brace that bounds nothing is a character.
  let length = 0;
  while (length < LONGEST_BOUNDS && at.peek(length) !== '' && at.peek(length) !== '}') length++;
  const between = Array.from({ length }, (_, i) => at.peek(i)).join('');
  const bounds = at.peek(length) === '}' ? /^\{(\d+)(,(\d*))?$/.exec(between) : null;
  if (!bounds) return undefined;
  at.eat(`${between}}`);
  const least = Number(bounds[1]);
  return [least, bounds[2] === undefined ? least : bounds[3] === '' ? Number.POSITIVE_INFINITY : Number(bounds[3])];
}

const ANYTHING = repeat(character(ANY_CODE_POINT));
const MOST_DEPTH = 500;
const LONGEST_BOUNDS = 64;
