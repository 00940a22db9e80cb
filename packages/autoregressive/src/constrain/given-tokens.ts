import { expectIntegers, GenaiError } from '@genai/core';
import type { Allowed } from '../decode/token-constraint.js';
import type { KeyedConstraint } from './keyed-constraint.js';

export interface GivenTokensOptions {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** How many tokens the sequence has; any number unless given, though it never ends where a token is given. */
  readonly length?: number;
  /** The token at a place, counted from 0 after the prompt; undefined where the model is free. Must always give the same. */
  readonly given: (place: number) => number | undefined;
  /** Tokens that never stand at a free place, such as those that begin and end sequences. */
  readonly special?: readonly number[];
}

/**
 * A sequence with gaps: some tokens are given, the model draws the others, such as the lower voices below a melody.
 *
 * The state is the place. What is given counts for all that is drawn behind it, not for what stands before it: a draw is one of
 * p(gaps | given) only where all given tokens come first. Let what is given lead, as `voiceEvents` of `@genai/data` can, and draw
 * several to choose from ({@link bestOf}).
 *
 * @example
 * const melody = events.encode([soprano, rests, rests, rests]);
 * const constraint = givenTokens({
 *   vocabulary: events.vocabulary,
 *   length: melody.length,
 *   given: (place) => (events.voiceAt(place) === 0 ? melody[place] : undefined),
 *   special: [events.wait, events.end],
 * });
 * const { tokens } = await generate(model, params, { constraint, steps: melody.length, key: key(1) }).result;
 * @throws GenaiError if a size is out of range or all tokens are special; when used, if a given token is none of the vocabulary, or
 * `next` gets a token that may not follow.
 */
export function givenTokens({
  vocabulary,
  length = Number.POSITIVE_INFINITY,
  given,
  special = [],
}: GivenTokensOptions): KeyedConstraint<number> {
  expectIntegers('givenTokens', { vocabulary });
  if (length !== Number.POSITIVE_INFINITY) expectIntegers('givenTokens', { length }, 0);
  const free = new Uint8Array(vocabulary).fill(1);
  for (const token of special) free[token] = 0;
  if (!free.includes(1)) {
    throw new GenaiError(
      `givenTokens: all ${vocabulary} tokens are special, expected one at least that a free place may have. Leave special out.`,
    );
  }
  const masks = new Map<number, Uint8Array>(); // one for each token that was given
  const only = (token: number): Uint8Array => {
    const mask = masks.get(token) ?? new Uint8Array(vocabulary).fill(1, token, token + 1);
    masks.set(token, mask);
    return mask;
  };
  const none = new Uint8Array(vocabulary);

  const allowed = (place: number): Allowed => {
    if (place >= length) return { mask: none, end: true };
    const token = given(place);
    if (token === undefined) return { mask: free, end: length === Number.POSITIVE_INFINITY };
    if (Number.isInteger(token) && token >= 0 && token < vocabulary) return { mask: only(token), end: false };
    throw new GenaiError(
      `givenTokens: given(${place}) is ${token}, expected an integer from 0 to ${vocabulary - 1}, or undefined where the model is free.`,
    );
  };
  return {
    vocabulary,
    start: 0,
    key: (place) => place,
    allowed,
    next: (place, token) => {
      if (allowed(place).mask[token] === 1) return place + 1;
      throw new GenaiError(
        `givenTokens: token ${token} may not stand at place ${place}. Take one of those that 'allowed' allows.`,
      );
    },
  };
}
