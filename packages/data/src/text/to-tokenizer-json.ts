import { GenaiError } from '@genai/core';
import type { TextTokenizer } from './text-tokenizer.js';

/** The content of a `tokenizer.json`. */
export type TokenizerJson = { readonly [field: string]: unknown };

/**
 * What a `tokenizer.json` of Hugging Face holds for byte pairs: their tokenizer then encodes alike, special names included.
 *
 * @example
 * await writeFile('tokenizer.json', JSON.stringify(toTokenizerJson(tokenizer)));
 * @throws GenaiError unless the tokenizer is one of byte pairs with the default pattern; theirs may not be able to say another.
 */
export function toTokenizerJson(tokenizer: TextTokenizer): TokenizerJson {
  const description = tokenizer.toJSON();
  if (description.kind !== 'byte-pairs' || description.pattern) {
    const got = description.kind === 'byte-pairs' ? 'a word pattern of its own' : `kind ${description.kind}`;
    throw new GenaiError(
      `toTokenizerJson: the tokenizer has ${got}, expected byte pairs with the default pattern. Others can only be kept as their toJSON.`,
    );
  }
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tokenizer.special.map((content) => ({ id: tokenizer.specialToken(content), content, ...plain })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(description.symbols.map((written, token) => [written, token])),
      merges: description.merges,
    },
  };
}
