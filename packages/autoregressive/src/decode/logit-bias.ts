import { GenaiError } from '@genai/core';
import type { Warp } from './warp.js';

/** A number for some of the tokens, to be added to their logits. */
export type TokenBias = { readonly [token: number]: number };

/**
 * Adds a number to the logits of some tokens; −Infinity rules a token out.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [logitBias({ 17: -Infinity, 4: 2 })] });
 * @throws GenaiError unless all names are integers of at least 0 and all numbers finite or −Infinity; when used, if a token is not
 * of the vocabulary.
 */
export function logitBias(bias: TokenBias): Warp {
  const entries = Object.entries(bias).map(([token, added]) => [Number(token), added] as const);
  for (const [i, [token, added]] of entries.entries()) {
    if (!Number.isSafeInteger(token) || token < 0) {
      throw new GenaiError(
        `logitBias: its names must be tokens, integers of at least 0, got '${Object.keys(bias)[i]}'.`,
      );
    }
    if (!(added < Number.POSITIVE_INFINITY)) {
      throw new GenaiError(`logitBias: the bias of token ${token} must be finite or -Infinity, got ${added}.`);
    }
  }
  return (logits) => {
    for (const [token, added] of entries) {
      if (token >= logits.length) {
        throw new GenaiError(`logitBias: token ${token} is not of the vocabulary of ${logits.length}.`);
      }
      logits[token] = logits[token]! + added;
    }
  };
}
