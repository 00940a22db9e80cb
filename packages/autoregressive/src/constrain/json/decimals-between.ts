import { character, choice, type Expression, optional, repeat, sequence, text } from '../expression.js';

/** Which decimals are written. */
export interface Decimals {
  /** The bounds, both included, of 10^places times a number with so many places behind the point. */
  readonly low: (places: number) => bigint;
  readonly high: (places: number) => bigint;
  /** The places that a number of `length` digits before the point may have. */
  readonly places: (length: number) => number;
  /** The most digits before the point. */
  readonly longest: number;
  /** 10^places times a number is a multiple of it. */
  readonly step: bigint;
}

/** Makes a rule of a name, once. @see SchemaCompiler */
export type Define = (name: string, make: () => Expression) => Expression;

/**
 * Decimals within bounds, without leading zeros, exponent or `-0`.
 *
 * For each sign and number of digits before the point, digits are read with what is left of them, the remainder of what was read, and
 * whether it still begins like a bound: each such state is a rule that goes on with a digit. `undefined` if there would be more than 2¹³.
 */
export function decimalsBetween(decimals: Decimals, define: Define): Expression | undefined {
  const { low, high, places, longest } = decimals;
  const options: Expression[] = [];
  const states = { count: 0 };
  for (let length = 1; length <= longest; length++) {
    const behind = places(length);
    const least = length === 1 ? 0n : 10n ** BigInt(length - 1 + behind);
    const most = 10n ** BigInt(length + behind) - 1n;
    const add = (sign: string, from: bigint, to: bigint): void => {
      const range = { from: larger(from, least), to: smaller(to, most), digits: length + behind, behind };
      if (range.from > range.to) return;
      const body = digitsOf(range, decimals.step, `${sign}${length}`, define, states);
      options.push(sign === '' ? body : sequence([text(sign), body]));
    };
    add('', larger(low(behind), 0n), high(behind));
    add('-', larger(-high(behind), 1n), -low(behind));
    if (states.count > MOST_STATES) return undefined;
  }
  return choice(options);
}

/** Numbers of so many digits, from `from` to `to`, of which the last `behind` stand behind the point. */
type Range = { readonly from: bigint; readonly to: bigint; readonly digits: number; readonly behind: number };

/** What the digits of a number may be. Zeros at its end may be left out behind the point. */
function digitsOf(range: Range, step: bigint, own: string, define: Define, states: { count: number }): Expression {
  const { from, to, digits, behind } = range;
  const [low, high] = [from, to].map((bound) => String(bound).padStart(digits, '0')) as [string, string];
  /** After `read` digits, whose number with zeros behind it is `value` modulo the step; `atLow`: they are those of `from`. */
  const after = (read: number, value: bigint, atLow: boolean, atHigh: boolean): Expression => {
    const left = digits - read;
    const isFree = !atLow && !atHigh && step === 1n;
    if (isFree && left > behind) {
      const rest = left - behind;
      return sequence([repeat(digit(0, 9), rest, rest), fraction(repeat(digit(0, 9), 1, behind), behind)]);
    }
    if (isFree && left < behind) return repeat(digit(0, 9), 0, left);
    const mayEnd = left <= behind && value === 0n && !(atLow && /[1-9]/.test(low.slice(read)));
    if (left === 0) return mayEnd ? sequence([]) : choice([]);
    // Once within the bounds, numbers of every length and sign go on alike.
    const isWithin = !atLow && !atHigh;
    const name = isWithin ? `${behind} ${left} ${value}` : `${own} ${read} ${value} ${atLow} ${atHigh}`;
    return define(name, () => {
      if (++states.count > MOST_STATES) return choice([]);
      const more = next(read, value, atLow, atHigh);
      const going = left === behind ? sequence([text('.'), more]) : more;
      return mayEnd ? choice([sequence([]), going]) : going;
    });
  };
  const next = (read: number, value: bigint, atLow: boolean, atHigh: boolean): Expression => {
    const [least, most] = [atLow ? Number(low[read]) : 0, atHigh ? Number(high[read]) : 9];
    const place = 10n ** BigInt(digits - read - 1);
    const options: Expression[] = [];
    for (let first = least; first <= most; ) {
      const [isLow, isHigh] = [atLow && first === least, atHigh && first === most];
      // Without a step, all digits between those of the bounds go on alike.
      const last = step === 1n && !isLow && !isHigh ? most - (atHigh ? 1 : 0) : first;
      const reached = (value + BigInt(first) * place) % step;
      options.push(sequence([digit(first, last), after(read + 1, reached, isLow, isHigh)]));
      first = last + 1;
    }
    return choice(options);
  };
  return after(0, 0n, true, true);
}

function fraction(digits: Expression, behind: number): Expression {
  return behind === 0 ? sequence([]) : optional(sequence([text('.'), digits]));
}

function digit(from: number, to: number): Expression {
  return character([[0x30 + from, 0x30 + to]]);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

const MOST_STATES = 2 ** 13;
