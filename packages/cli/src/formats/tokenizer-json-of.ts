import { GenaiError } from '@genai/core';
import { type TokenizerDescription, type TokenizerJson, tokenizerFrom, toTokenizerJson } from '@genai/data';
import { byteLetters, ggufWords } from '@genai/transformer';
import { WORD_SOURCES } from './word-sources.js';

/**
 * The `tokenizer.json` of Hugging Face that encodes as the described tokenizer does: characters are byte pairs of whole characters
 * without merges, bytes are byte pairs of bytes without merges.
 *
 * @throws GenaiError if it finds words by a pattern that is of no published model.
 */
export function tokenizerJsonOf(description: TokenizerDescription): TokenizerJson {
  switch (description.kind) {
    case 'hugging-face':
      return description.json as TokenizerJson;
    case 'characters':
      return ofCharacters(description);
    case 'bytes': {
      const { special } = description;
      return ofPairs({ kind: 'byte-pairs', symbols: [...byteLetters(), ...special], merges: [], special });
    }
    case 'byte-pairs':
      return ofPairs(description);
  }
}

function ofPairs({ pattern, ...plain }: TokenizerDescription & { readonly kind: 'byte-pairs' }): TokenizerJson {
  const json = toTokenizerJson(tokenizerFrom(plain));
  if (!pattern) return json;
  const known = Object.keys(WORD_SOURCES).find((pre) => ggufWords[pre]?.source === pattern.source);
  if (known === undefined) {
    throw new GenaiError(
      `the tokenizer finds words by a pattern of its own, /${pattern.source}/, which other programs do not know. Train one with the default pattern.`,
    );
  }
  const split = {
    ...{ type: 'Split', pattern: { Regex: WORD_SOURCES[known] }, behavior: 'Isolated', invert: false },
  };
  const level = { ...(json.decoder as object), use_regex: false };
  return { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [split, level] } };
}

function ofCharacters({ alphabet, special }: TokenizerDescription & { readonly kind: 'characters' }): TokenizerJson {
  const symbols = [...alphabet, ...special];
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content) => ({ id: symbols.lastIndexOf(content), content, ...plain })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      vocab: Object.fromEntries(symbols.map((symbol, token) => [symbol, token])),
      merges: [],
    },
  };
}
