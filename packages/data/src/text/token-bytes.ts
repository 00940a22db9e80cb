import type { Tokenizer } from '../characters.js';
import type { TextTokenizer } from './text-tokenizer.js';

/**
 * What each token of a tokenizer stands for, as UTF-8 bytes: what constraints on text work with. Those of a tokenizer that does not
 * know them itself are the bytes of the token's text.
 *
 * @example
 * const bytesOf = tokenBytes(characters('été'));
 * bytesOf(1); // 195, 169
 * @throws GenaiError, when called, if the token is outside the vocabulary.
 */
export function tokenBytes(tokenizer: Tokenizer | TextTokenizer): (token: number) => Uint8Array {
  if ('tokenBytes' in tokenizer) return tokenizer.tokenBytes;
  const encoder = new TextEncoder();
  return (token) => encoder.encode(tokenizer.decode([token]));
}
