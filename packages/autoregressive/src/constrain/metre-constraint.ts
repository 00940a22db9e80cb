import { expectIntegers, GenaiError } from '@genai/core';
import { finite } from './finite.js';
import type { KeyedConstraint } from './keyed-constraint.js';

export interface MetreOptions {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** The length of a bar in steps. */
  readonly bar: number;
  /** How many steps a token lasts; undefined or 0 for those that take no time, which may stand anywhere. */
  readonly duration: (token: number) => number | undefined;
  /** Tokens that never follow, such as those that begin and end sequences. */
  readonly special?: readonly number[];
}

/**
 * Durations that fill bars exactly: none lasts beyond its bar, each leaves a rest that others can fill, and the piece ends only
 * with a bar.
 *
 * The state is the number of steps that are filled in the bar; it may end before the first.
 *
 * @example
 * // Tokens 0, 1, 2 last 2, 3 and 4 steps. After a 4, or 2 + 2, a bar of 7 needs the 3.
 * const sevenths = metreConstraint({ vocabulary: 3, bar: 7, duration: (token) => token + 2 });
 * sevenths.allowed(4).mask; // 0 1 0
 * @throws GenaiError if `bar` is no positive integer, a duration is not an integer of at least 0, or no durations fill a bar.
 */
export function metreConstraint({ vocabulary, bar, duration, special = [] }: MetreOptions): KeyedConstraint<number> {
  expectIntegers('metreConstraint', { vocabulary, bar });
  const excluded = new Set(special);
  const steps = Array.from({ length: vocabulary }, (_, token) => (excluded.has(token) ? 0 : (duration(token) ?? 0)));
  for (const [token, length] of steps.entries())
    expectIntegers('metreConstraint', { [`duration of ${token}`]: length }, 0);
  const constraint = finite({
    vocabulary,
    start: 0,
    next: (filled, token) => (filled + steps[token]! <= bar ? (filled + steps[token]!) % bar : undefined),
    end: (filled) => filled === 0,
    special,
  });
  const { mask } = constraint.allowed(0);
  if (steps.some((length, token) => length > 0 && mask[token] === 1)) return constraint;
  throw new GenaiError(`metreConstraint: no durations fill a bar of ${bar} steps. Give shorter ones, or another bar.`);
}
