import type { TokenConstraint } from '../decode/token-constraint.js';

/**
 * A {@link TokenConstraint} whose states can be told apart: what {@link constrain} and {@link finite} give, and what {@link both}
 * takes to look ahead.
 *
 * @typeParam A - the state; immutable.
 */
export interface KeyedConstraint<A> extends TokenConstraint<A> {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** States of equal keys have equal futures. */
  readonly key: (state: A) => string | number;
}
