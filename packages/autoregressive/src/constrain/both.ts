import { GenaiError } from '@genai/core';
import { finite } from './finite.js';
import type { KeyedConstraint } from './keyed-constraint.js';

/**
 * What both constraints allow, of one vocabulary: the sequences that are in both languages.
 *
 * It looks ahead in both at once: a token after which each could be completed, but no sequence completes both, is not allowed. That
 * search is the one of {@link finite}, and asks for every token: it is made for vocabularies of hundreds.
 *
 * @example
 * const pitch = (token: number) => (token < 128 ? token : undefined);
 * const duration = (token: number) => (token >= 128 ? token - 127 : undefined);
 * const inKey = scaleConstraint({ vocabulary: 144, scale: MAJOR, pitch });
 * const inTime = metreConstraint({ vocabulary: 144, bar: 16, duration });
 * const constraint = both(inKey, inTime);
 * @throws GenaiError if the vocabularies differ, or no sequence is in both.
 */
export function both<A, B>(a: KeyedConstraint<A>, b: KeyedConstraint<B>): KeyedConstraint<readonly [A, B]> {
  const { vocabulary } = a;
  if (vocabulary !== b.vocabulary) {
    throw new GenaiError(
      `both: the constraints are of ${vocabulary} and of ${b.vocabulary} tokens. Give two of one vocabulary.`,
    );
  }
  return finite<readonly [A, B]>({
    vocabulary,
    start: [a.start, b.start],
    next: ([x, y], token) =>
      a.allowed(x).mask[token] === 1 && b.allowed(y).mask[token] === 1
        ? [a.next(x, token), b.next(y, token)]
        : undefined,
    end: ([x, y]) => a.allowed(x).end && b.allowed(y).end,
    key: ([x, y]) => `${a.key(x)} ${b.key(y)}`,
  });
}
