import { specialFrom, type TextTokenizer, textTokenizer } from './text-tokenizer.js';

/**
 * A tokenizer whose tokens are the bytes of UTF-8, numbered by their values; special tokens follow from 256 on. It knows every text.
 *
 * @example
 * const { encode, decode } = bytes({ special: ['<|end|>'] }); // vocabulary 257
 * encode('né'); //               110, 195, 169
 * decode([110, 195, 256]); //    'n\ufffd<|end|>': half a character is none
 * @throws GenaiError unless the special names differ and are not empty.
 */
export function bytes({ special = [] }: { readonly special?: readonly string[] } = {}): TextTokenizer {
  const encoder = new TextEncoder();
  return textTokenizer({
    where: 'bytes',
    bytes: Array.from({ length: 256 + special.length }, (_, i) => (i < 256 ? Uint8Array.of(i) : new Uint8Array(0))),
    special: specialFrom('bytes', 256, special),
    encode: (text) => Int32Array.from(encoder.encode(text)),
    describe: () => ({ kind: 'bytes', special }),
  });
}
