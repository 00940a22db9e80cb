import type { Allowed, TokenConstraint } from '../decode/token-constraint.js';
import type { KeyedConstraint } from './keyed-constraint.js';

/** A state of a constraint, and how many tokens may follow. */
export type Budgeted<A> = { readonly at: A; readonly left: number };

/**
 * From a budget to the constraint whose sequences are complete within so many tokens, where any are: a token after which the nearest end
 * is too far is not allowed. Where nothing ends in time, all is allowed that was.
 *
 * @param shortest - how many tokens end a sequence from a state at the least. If it is a lower bound only, a sequence may stay incomplete.
 */
export function withinBudget<A>(
  constraint: KeyedConstraint<A>,
  shortest: (state: A) => number,
): (budget: number) => TokenConstraint<Budgeted<A>> {
  const { start, key } = constraint;
  /** What the farthest of the tokens that may follow needs behind it: below that nothing is ruled out. */
  const farthest = new Map<string | number, number>();
  const needed = (at: A, mask: Uint8Array): number => {
    let most = farthest.get(key(at));
    if (most !== undefined) return most;
    most = 0;
    for (let token = mask.indexOf(1); token >= 0; token = mask.indexOf(1, token + 1)) {
      most = Math.max(most, shortest(constraint.next(at, token)));
    }
    if (farthest.size >= MOST_KNOWN) farthest.clear();
    farthest.set(key(at), most);
    return most;
  };
  return (budget) => ({
    start: { at: start, left: budget },
    allowed: ({ at, left }): Allowed => {
      const allowed = constraint.allowed(at);
      const { mask, end } = allowed;
      if (left === Number.POSITIVE_INFINITY || needed(at, mask) < left) return allowed;
      const fitting = mask.map((may, token) => may && Number(shortest(constraint.next(at, token)) < left));
      return end || fitting.includes(1) ? { mask: fitting, end } : allowed;
    },
    next: ({ at, left }, token) => ({ at: constraint.next(at, token), left: left - 1 }),
  });
}

const MOST_KNOWN = 2 ** 16;
