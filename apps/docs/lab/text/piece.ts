/** One token that could follow, and its probability. */
export interface Choice {
  readonly text: string;
  readonly probability: number;
}

/** A token of a text, with what the model thought before it saw it. */
export interface Piece {
  readonly text: string;
  /** −log₂ p of the token under the model, at temperature 1 and unconstrained. */
  readonly bits: number;
  /** The likeliest tokens in its place, the likeliest first. */
  readonly choices: readonly Choice[];
}

/** How many choices are shown. */
export const SHOWN = 8;

/** The `count` likeliest tokens by logits, (vocabulary); those with no probability at all are left out. */
export function likeliest(logits: ArrayLike<number>, spell: (token: number) => string, count = SHOWN): Choice[] {
  const most = Array.from(logits).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Array.from(logits, (logit) => Math.exp(logit - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights
    .map((weight, token) => ({ token, probability: weight / total }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count)
    .filter(({ probability }) => probability > 0)
    .map(({ token, probability }) => ({ text: spell(token), probability }));
}
