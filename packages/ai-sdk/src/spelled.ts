import { GenaiError } from '@genai/core';
import { type Tokenizer, tokenBytes } from '@genai/data';

/** A tokenizer as decoding and constraints need it. */
export interface SpelledTokenizer extends Tokenizer {
  /** The UTF-8 bytes a token stands for, none of one that is no text. */
  readonly tokenBytes: (token: number) => Uint8Array;
}

/**
 * A tokenizer with as many tokens as its model has, which may be more than it needs: those beyond stand for no text.
 *
 * @throws GenaiError if the model has fewer.
 */
export function spelled(tokenizer: Tokenizer, vocabulary: number): SpelledTokenizer {
  const { vocabulary: own, encode, decode } = tokenizer;
  if (vocabulary < own) {
    throw new GenaiError(
      `genai: the model has ${vocabulary} tokens, its tokenizer ${own}. Give the tokenizer it was trained with.`,
    );
  }
  const bytesOf = tokenBytes(tokenizer);
  const none = new Uint8Array(0);
  return {
    vocabulary,
    encode,
    decode,
    tokenBytes: (token) => (token >= own && token < vocabulary ? none : bytesOf(token)),
  };
}
