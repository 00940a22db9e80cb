import { expectIntegers, GenaiError } from '@genai/core';
import type { Allowed } from '../decode/token-constraint.js';
import type { KeyedConstraint } from './keyed-constraint.js';
import { leastRecentlyUsed } from './least-recently-used.js';
import { liveness } from './liveness.js';

export interface FiniteParts<A> {
  /** How many tokens there are. */
  readonly vocabulary: number;
  readonly start: A;
  /** The state after a token; undefined if it may not follow. */
  readonly next: (state: A, token: number) => A | undefined;
  /** Whether the sequence may end in a state. */
  readonly end: (state: A) => boolean;
  /** What tells states apart; the state itself unless given, which suits numbers and texts. */
  readonly key?: (state: A) => string | number;
  /** Tokens that never follow, such as those that begin and end sequences. */
  readonly special?: readonly number[];
}

/**
 * A constraint on tokens of any meaning, from an automaton with few states: allowed are the tokens from which an end can still be
 * reached, so that there are no dead ends.
 *
 * Exact for up to 65,536 states; where a search sees more without an answer, the token is allowed.
 *
 * @example
 * // At most two rests (token 0) in a row, and none at the end.
 * const constraint = finite({
 *   vocabulary: 128,
 *   start: 0,
 *   next: (rests, token) => (token > 0 ? 0 : rests < 2 ? rests + 1 : undefined),
 *   end: (rests) => rests === 0,
 * });
 * @throws GenaiError if no end can be reached, or if `next` is given a token that may not follow.
 */
export function finite<A>({
  vocabulary,
  start,
  next,
  end,
  key = itself,
  special = [],
}: FiniteParts<A>): KeyedConstraint<A> {
  expectIntegers('finite', { vocabulary });
  const excluded = new Set(special);
  const follow = (state: A, token: number): A | undefined => (excluded.has(token) ? undefined : next(state, token));
  const successors = (state: A): Iterable<A> => {
    const found = new Map<string | number, A>();
    for (let token = 0; token < vocabulary; token++) {
      const after = follow(state, token);
      if (after !== undefined) found.set(key(after), after);
    }
    return found.values();
  };
  const isLive = liveness({ key, accepting: end, successors }, MOST_STATES);
  if (!isLive(start))
    throw new GenaiError('finite: no sequence of tokens leads from the start to an end. Loosen the rules.');

  const allowed = leastRecentlyUsed(KEPT, key, (state: A): Allowed => {
    const mask = new Uint8Array(vocabulary);
    for (let token = 0; token < vocabulary; token++) {
      const after = follow(state, token);
      if (after !== undefined && isLive(after)) mask[token] = 1;
    }
    return { mask, end: end(state) };
  });
  return {
    vocabulary,
    start,
    key,
    allowed,
    next: (state, token) => {
      const after = token >= 0 && token < vocabulary ? follow(state, token) : undefined;
      if (after !== undefined) return after;
      throw new GenaiError(`finite: token ${token} may not follow here. Take one of those that 'allowed' allows.`);
    },
  };
}

function itself(state: unknown): string | number {
  if (typeof state === 'number' || typeof state === 'string') return state;
  throw new GenaiError(`finite: states of type ${typeof state} need a key. Give key: (state) => a number or a text.`);
}

const MOST_STATES = 2 ** 16;
const KEPT = 256;
