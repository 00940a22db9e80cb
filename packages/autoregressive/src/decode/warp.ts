/**
 * Changes the logits of the next token, (vocabulary), in place; −Infinity rules a token out. They need not be normalised.
 *
 * A warp may keep working memory between calls, but its result depends on its arguments alone.
 */
export type Warp = (logits: Float32Array, history: History) => void;

/** What a sequence holds so far, when the token after it is chosen. */
export interface History {
  /** The tokens given. */
  readonly prompt: readonly number[];
  /** The tokens drawn, the latest last. */
  readonly drawn: readonly number[];
  /** How often each token was drawn; a token that was not is absent. */
  readonly counts: ReadonlyMap<number, number>;
  /** The tokens that occur in the prompt or among those drawn. */
  readonly seen: ReadonlySet<number>;
}
