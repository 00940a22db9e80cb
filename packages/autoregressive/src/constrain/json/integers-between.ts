import { character, choice, type Expression, repeat, sequence, text } from '../expression.js';

/** The decimals of the integers from `from` to `to`, both safe, without leading zeros. */
export function integersBetween(from: number, to: number): Expression {
  const options: Expression[] = [];
  if (from < 0) options.push(sequence([text('-'), naturals(Math.max(1, -to), -from)]));
  if (to >= 0) options.push(naturals(Math.max(0, from), to));
  return choice(options);
}

/** By the number of digits. */
function naturals(from: number, to: number): Expression {
  const options: Expression[] = [];
  for (let length = String(from).length; length <= String(to).length; length++) {
    const low = Math.max(from, length === 1 ? 0 : 10 ** (length - 1));
    const high = Math.min(to, 10 ** length - 1);
    if (low <= high) options.push(between(String(low), String(high)));
  }
  return choice(options);
}

/** Between two numbers of as many digits: those that begin like the lower, like the upper, and those amid. */
function between(low: string, high: string): Expression {
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeat(digit(0, 9), low.length, low.length);
  const [first, last] = [Number(low[0]), Number(high[0])];
  if (first === last) return sequence([digit(first, first), between(low.slice(1), high.slice(1))]);
  const rest = low.length - 1;
  const options = [
    sequence([digit(first, first), between(low.slice(1), '9'.repeat(rest))]),
    sequence([digit(last, last), between('0'.repeat(rest), high.slice(1))]),
  ];
  if (last - first > 1) options.push(sequence([digit(first + 1, last - 1), repeat(digit(0, 9), rest, rest)]));
  return choice(options);
}

function digit(from: number, to: number): Expression {
  return character([[0x30 + from, 0x30 + to]]);
}
