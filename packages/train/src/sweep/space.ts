import { GenaiError, type Key, randomIntegers, randomUniform } from '@genai/core';

/** The values that one setting may have. */
export interface Range<T> {
  /** One of them, by `key`. */
  readonly draw: (key: Key) => T;
  /** `count` of them from end to end; fewer where there are fewer. */
  readonly spread: (count: number) => readonly T[];
}

/** What is searched: a range for each setting. */
export type Space<S> = { readonly [name in keyof S]: Range<S[name]> };

/** One of the values listed. @throws GenaiError if there is none. */
export function oneOf<const T>(values: readonly T[]): Range<T> {
  if (values.length === 0) throw new GenaiError('oneOf: got no values, expected at least one.');
  return {
    draw: (key) => values[randomIntegers(key, 1, { min: 0, max: values.length })[0]!]!,
    spread: () => values, // each is a value of its own: none can stand for another
  };
}

/** A number between two, each as likely. @throws GenaiError unless `low` < `high` are finite. */
export function uniform(low: number, high: number): Range<number> {
  expectEnds('uniform', low, high);
  return scale(low, high, (x) => x);
}

/** A number between two whose logarithm is uniform: for rates. @throws GenaiError unless 0 < `low` < `high` are finite. */
export function logUniform(low: number, high: number): Range<number> {
  expectEnds('logUniform', low, high);
  if (low <= 0) throw new GenaiError(`logUniform: got low ${low}, expected a number above 0.`);
  return scale(Math.log(low), Math.log(high), (x) => Math.min(high, Math.max(low, Math.exp(x))));
}

/** A whole number from `low` to `high`, both included. @throws GenaiError unless `low` ≤ `high` are integers. */
export function integers(low: number, high: number): Range<number> {
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high)) {
    throw new GenaiError(`integers: got ${low} to ${high}, expected whole numbers, the lower first.`);
  }
  return {
    draw: (key) => randomIntegers(key, 1, { min: low, max: high + 1 })[0]!,
    spread: (count) => [...new Set(places(count).map((share) => Math.round(low + share * (high - low))))],
  };
}

function scale(low: number, high: number, value: (x: number) => number): Range<number> {
  return {
    draw: (key) => value(low + randomUniform(key, 1)[0]! * (high - low)),
    spread: (count) => places(count).map((share) => value(low + share * (high - low))),
  };
}

/** Shares from 0 to 1; ½ if there is but one. */
function places(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0.5 : i / (count - 1)));
}

function expectEnds(where: string, low: number, high: number): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new GenaiError(`${where}: got ${low} to ${high}, expected finite numbers, the lower first.`);
  }
}
