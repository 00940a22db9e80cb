/**
 * The room in which so many tokens of a row fit: a power of two, so that there are few shapes to record, and no more than the model can
 * have.
 */
export function roomFor(tokens: number, longest = Number.POSITIVE_INFINITY): number {
  return Math.max(tokens, Math.min(longest, powerOfTwo(Math.max(tokens, LEAST))));
}

/** The least power of two that is not below. */
export function powerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/** Tokens for which room is made at first. */
const LEAST = 64;
