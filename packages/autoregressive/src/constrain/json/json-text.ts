import { type CodePoints, complement, intersection } from '../code-points.js';
import { character, choice, type Expression, repeat, sequence, text } from '../expression.js';

/**
 * A string of JSON whose value is in the language of `value`, with quotation marks. Each value is written in one way, that of
 * `JSON.stringify`: what need not be escaped is not.
 */
export function jsonString(value: Expression): Expression {
  return sequence([text('"'), escapedText(value), text('"')]);
}

/** A character of a string of JSON. */
export function jsonCharacter(set: CodePoints): Expression {
  const escaped = ESCAPED.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const written = escaped
    .filter((point) => intersection(set, [[point, point]]).length > 0)
    .map((point) => text(JSON.stringify(String.fromCodePoint(point)).slice(1, -1)));
  return choice([character(intersection(set, complement(ESCAPED))), ...written]);
}

/**
 * A number of JSON, of at most 16 digits before the point and behind it and of an exponent of at most two, so that it is finite
 * as a double.
 */
export function jsonNumber(signed: boolean): Expression {
  const whole = choice([text('0'), sequence([character([[0x31, 0x39]]), repeat(DIGIT, 0, 15)])]);
  const fraction = sequence([text('.'), repeat(DIGIT, 1, 16)]);
  const exponent = sequence([
    choice([text('e'), text('E')]),
    once(choice([text('+'), text('-')])),
    repeat(DIGIT, 1, 2),
  ]);
  return sequence([...(signed ? [once(text('-'))] : []), whole, once(fraction), once(exponent)]);
}

function escapedText(value: Expression): Expression {
  switch (value.kind) {
    case 'character':
      return jsonCharacter(value.set);
    case 'sequence':
      return sequence(value.parts.map(escapedText));
    case 'choice':
      return choice(value.options.map(escapedText));
    case 'repeat':
      return repeat(escapedText(value.part), value.least, value.most);
    case 'rule':
      return value;
  }
}

function once(part: Expression): Expression {
  return repeat(part, 0, 1);
}

const DIGIT = character([[0x30, 0x39]]);
/** Control characters, the quotation mark and the backslash. */
const ESCAPED: CodePoints = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
];
