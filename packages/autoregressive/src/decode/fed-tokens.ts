import { GenaiError } from '@genai/core';
import type { TokenModel } from '../token-model.js';
import { expectTokens } from './expect-tokens.js';

/**
 * The tokens a model is fed before the first is drawn: its begin token, if it has one and the prompt does not begin with it, and
 * the prompt.
 *
 * @throws GenaiError if that is none, or a token is not of the vocabulary.
 */
export function fedTokens(
  where: string,
  model: Pick<TokenModel<never, never, never>, 'vocabulary' | 'beginToken'>,
  prompt: ArrayLike<number>,
): Int32Array {
  const { vocabulary, beginToken } = model;
  expectTokens(where, prompt, vocabulary);
  if (beginToken !== undefined && prompt[0] !== beginToken) return Int32Array.from([beginToken, ...Array.from(prompt)]);
  if (prompt.length === 0) {
    throw new GenaiError(
      `${where}: got no prompt, and the model has no \`beginToken\` to begin with. Give one of the two.`,
    );
  }
  return Int32Array.from(prompt);
}
