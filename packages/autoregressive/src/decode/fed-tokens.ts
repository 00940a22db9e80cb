import { GenaiError } from '@genai/core';
import type { TokenModel } from '../token-model.js';
import { expectTokens } from './expect-tokens.js';

/**
 * The tokens a model is fed before the first is drawn: its begin token, if it has one and the prompt does not begin with it, and
 * the prompt.
 *
 * @throws GenaiError if that is none or more than the model takes, or a token is not of the vocabulary.
 */
export function fedTokens(
  where: string,
  model: Pick<TokenModel<never, never, never>, 'vocabulary' | 'beginToken' | 'longest'>,
  prompt: ArrayLike<number>,
): Int32Array {
  const { vocabulary, beginToken, longest = Number.POSITIVE_INFINITY } = model;
  expectTokens(where, prompt, vocabulary);
  const begins = beginToken !== undefined && prompt[0] !== beginToken;
  if (prompt.length + Number(begins) > longest) {
    throw new GenaiError(
      `${where}: ${prompt.length + Number(begins)} tokens are more than the ${longest} that the model takes. Give a shorter prompt.`,
    );
  }
  if (begins) return Int32Array.from([beginToken, ...Array.from(prompt)]);
  if (prompt.length === 0) {
    throw new GenaiError(
      `${where}: got no prompt, and the model has no \`beginToken\` to begin with. Give one of the two.`,
    );
  }
  return Int32Array.from(prompt);
}

/** How many tokens can be drawn after these before the sequence is as long as the model allows; the last is fed to nothing. */
export function mostDrawn({ longest = Number.POSITIVE_INFINITY }: { readonly longest?: number }, fed: number): number {
  return longest - fed + 1;
}
