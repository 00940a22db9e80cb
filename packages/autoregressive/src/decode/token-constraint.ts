/**
 * What a sequence must look like, token by token: an automaton over tokens. Its states are values: `next` gives another one and
 * leaves the old as it was, so that several beams may go on from it. The prompt is not looked at.
 *
 * @typeParam A - the state of the automaton.
 */
export interface TokenConstraint<A = unknown> {
  /** The state before the first token drawn. */
  readonly start: A;
  /** What may follow in a state: a value that is only read and stays as it is, for several sequences may hold several at once. */
  readonly allowed: (state: A) => Allowed;
  /** The state after a token that was allowed. */
  readonly next: (state: A, token: number) => A;
}

/** What may follow. */
export interface Allowed {
  /** (vocabulary), 1 where the token may follow, else 0. The model's end token is not looked up here. */
  readonly mask: Uint8Array;
  /** Whether the sequence may end here. */
  readonly end: boolean;
}
