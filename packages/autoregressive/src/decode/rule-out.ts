import { GenaiError } from '@genai/core';
import type { Allowed, TokenConstraint } from './token-constraint.js';

/** What may follow. @throws GenaiError if the constraint was made for another vocabulary. */
export function allowedIn<A>(where: string, constraint: TokenConstraint<A>, state: A, vocabulary: number): Allowed {
  const allowed = constraint.allowed(state);
  if (allowed.mask.length === vocabulary) return allowed;
  throw new GenaiError(
    `${where}: the constraint speaks of ${allowed.mask.length} tokens, the model has ${vocabulary}. Make it for the model's vocabulary.`,
  );
}

/** The end token is allowed where the sequence may end, whatever the mask says of it. */
export function ruleOut(logits: Float32Array, { mask, end }: Allowed, endToken: number | undefined): void {
  const ending = endToken === undefined ? 0 : logits[endToken]!;
  for (let i = 0; i < logits.length; i++) if (mask[i] !== 1) logits[i] = Number.NEGATIVE_INFINITY;
  if (endToken !== undefined) logits[endToken] = end ? ending : Number.NEGATIVE_INFINITY;
}

/** Whether a token other than the end may follow. */
export function anyFollows({ mask }: Allowed, endToken: number | undefined): boolean {
  const first = mask.indexOf(1);
  return first >= 0 && (first !== endToken || mask.indexOf(1, first + 1) >= 0);
}
