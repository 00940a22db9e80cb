import type { TextTokenizer } from '@genai/data';
import { UsageError } from '../../usage-error.js';

/**
 * A tokenizer with as many tokens as its model has, which may be more than it needs: those beyond stand for no text.
 *
 * @throws UsageError if the model has fewer.
 */
export function filledUp(tokenizer: TextTokenizer, vocabulary = tokenizer.vocabulary): TextTokenizer {
  const { vocabulary: own, decode, tokenBytes } = tokenizer;
  if (vocabulary === own) return tokenizer;
  if (vocabulary < own) {
    throw new UsageError(
      `the model has ${vocabulary} tokens, its tokenizer ${own}. Give the tokenizer it was trained with.`,
    );
  }
  const isFree = (token: number): boolean => token >= own && token < vocabulary;
  const none = new Uint8Array(0);
  return {
    ...tokenizer,
    vocabulary,
    decode: (tokens, options) =>
      decode(
        Array.from(tokens).filter((token) => !isFree(token)),
        options,
      ),
    tokenBytes: (token) => (isFree(token) ? none : tokenBytes(token)),
  };
}
