import type { Characters } from '../characters.js';
import { specialFrom, type TextTokenizer, textTokenizer } from './text-tokenizer.js';

/**
 * A tokenizer of characters with special tokens behind its alphabet.
 *
 * @example
 * const tokenizer = withSpecial(characters(text), ['<|user|>', '<|assistant|>', '<|system|>', '<|end|>']);
 * const chat = chatFormat({ tokenizer });
 * @throws GenaiError unless the special names differ and are not empty.
 */
export function withSpecial({ alphabet, encode }: Characters, special: readonly string[]): TextTokenizer {
  const encoder = new TextEncoder();
  const bytes = Array.from(alphabet, (character) => encoder.encode(character));
  return textTokenizer({
    where: 'withSpecial(characters)',
    bytes: [...bytes, ...special.map(() => new Uint8Array(0))],
    special: specialFrom('withSpecial', bytes.length, special),
    encode,
    describe: () => ({ kind: 'characters', alphabet, special }),
  });
}
