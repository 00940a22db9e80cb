import { readFileSync } from 'node:fs';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
// @boundaries-ignore the tokenizers that are written here are of a package that this one must not import
import { characters } from '../../../data/src/characters.js';
// @boundaries-ignore as above
import { bytes } from '../../../data/src/text/bytes.js';
// @boundaries-ignore as above
import type { TextTokenizer } from '../../../data/src/text/text-tokenizer.js';
// @boundaries-ignore as above
import { tokenizerFrom } from '../../../data/src/text/tokenizer-from.js';
// @boundaries-ignore as above
import { trainBytePairs } from '../../../data/src/text/train-byte-pairs.js';
// @boundaries-ignore as above
import { withSpecial } from '../../../data/src/text/with-special.js';
// @boundaries-ignore as above
import { wordPattern, wordsOf } from '../../../data/src/text/words-of.js';
import type { GgufField, GgufMetadata } from './gguf-field.js';
import { type TokenizerUse, tokenizerFields } from './tokenizer-fields.js';
import { tokenizerFromGguf } from './tokenizer-from-gguf.js';
import { WORDS } from './word-patterns.js';

const TEXT = 'the dog, the fox: été à Noël!\n\t 12345 \\x41 \u00a0\u00ad😀 the the dog';
const SPECIAL = ['<|user|>', '<|end|>'];
const TOKENIZERS: { readonly [name: string]: TextTokenizer } = {
  'byte pairs': trainBytePairs(TEXT, { vocabulary: 270, special: SPECIAL }),
  "byte pairs with Llama 3's words": trainBytePairs(TEXT, { vocabulary: 262, pattern: WORDS['llama-bpe']! }),
  bytes: bytes({ special: SPECIAL }),
  characters: withSpecial(characters(TEXT), SPECIAL),
  'characters alone': withSpecial(characters(TEXT), []),
};
const fieldsOf = (tokenizer: TextTokenizer | undefined, use: Partial<TokenizerUse> = {}): Map<string, GgufField> =>
  new Map(
    Object.entries(tokenizerFields(tokenizer?.toJSON(), { vocabulary: tokenizer?.vocabulary ?? 3, ...use })).flatMap(
      ([name, field]) => (field ? [[name, field] as const] : []),
    ),
  );

describe.each(Object.entries(TOKENIZERS))('properties: %s', (_, tokenizer) => {
  test('comes back from the fields of a file, and encodes and decodes alike', () => {
    const {
      tokenizer: found,
      pattern,
      chatTemplate,
    } = tokenizerFromGguf(fieldsOf(tokenizer, { chatTemplate: '{{ x }}' }));
    expect(found).toEqual(tokenizer.toJSON());
    expect(chatTemplate).toBe('{{ x }}');
    const again = tokenizerFrom(found, pattern && { pattern });
    const text = `${TEXT}${tokenizer.special.join('')}`;
    const tokens = tokenizer.encode(text, { special: true });
    expect(again.encode(text, { special: true })).toEqual(tokens);
    expect(again.decode(tokens)).toBe(text);
  });
});

describe('known answers', () => {
  const value = (fields: GgufMetadata, name: string): unknown => fields.get(`tokenizer.ggml.${name}`)?.value;

  test('special tokens are control tokens, those that a model has beyond the tokenizer are unused', () => {
    const fields = fieldsOf(TOKENIZERS.bytes, { vocabulary: 260, endToken: 257, addBegin: false });
    expect((value(fields, 'tokens') as string[]).slice(254)).toEqual([
      'þ',
      'ÿ',
      '<|user|>',
      '<|end|>',
      '[PAD258]',
      '[PAD259]',
    ]);
    expect([...(value(fields, 'token_type') as Int32Array)].slice(254)).toEqual([1, 1, 3, 3, 5, 5]);
    expect(value(fields, 'eos_token_id')).toBe(257);
    expect(value(fields, 'add_bos_token')).toBe(false);
    expect(value(fields, 'pre')).toBe('gpt-2');
  });

  test('without an end token, byte pairs end with a byte that no text has, characters never', () => {
    const pairs = fieldsOf(TOKENIZERS['byte pairs']);
    expect((value(pairs, 'tokens') as string[])[value(pairs, 'eos_token_id') as number]).toBe('ÿ');
    expect(value(fieldsOf(TOKENIZERS.characters), 'eos_token_id')).toBeUndefined();
    expect(value(fieldsOf(TOKENIZERS.characters), 'model')).toBe('rwkv');
    expect(value(fieldsOf(TOKENIZERS.characters), 'unknown_token_id')).toBe(0);
  });

  test('characters that do not show are written byte by byte', () => {
    const fields = fieldsOf(withSpecial(characters('a\n \\é\u00ad😀'), []));
    expect(value(fields, 'tokens')).toEqual(['\\x0a', '\\x20', '\\x5c', 'a', '\\xc2\\xad', 'é', '😀']);
  });

  test('without a tokenizer tokens are named by their numbers', () => {
    expect(value(fieldsOf(undefined), 'tokens')).toEqual(['[0]', '[1]', '[2]']);
  });
});

test("goldens: words of Llama 3 and Qwen 2 as Hugging Face's tokenizers find them", () => {
  // golden/gguf/models.py
  const url = new URL('../../golden/gguf/words.json', import.meta.url);
  const golden = JSON.parse(readFileSync(url, 'utf8')) as { [name: string]: string[][] } & { texts: string[] };
  for (const name of ['llama-bpe', 'qwen2']) {
    const pattern = wordPattern(WORDS[name]);
    for (const [i, text] of golden.texts.entries()) expect([...wordsOf(text, pattern)], text).toEqual(golden[name]![i]);
  }
});

test('errors: what cannot be written or read', () => {
  const own = trainBytePairs(TEXT, { vocabulary: 262, pattern: /\S+/u });
  expect(() => fieldsOf(own)).toThrow('by a pattern that llama.cpp does not know, /\\S+/. It knows those of gpt-2');
  expect(() => tokenizerFields({ kind: 'hugging-face', json: {} }, { vocabulary: 3 })).toThrow(
    'of Hugging Face cannot',
  );
  expect(() => fieldsOf(TOKENIZERS.bytes, { vocabulary: 257 })).toThrow('the tokenizer has 258 tokens, the model 257');
  const refused = (change: { readonly [field: string]: unknown }, message: string): void => {
    const fields = new Map<string, { value: unknown }>(fieldsOf(TOKENIZERS['byte pairs']));
    for (const [name, value] of Object.entries(change)) fields.set(`tokenizer.ggml.${name}`, { value });
    expect(() => tokenizerFromGguf(fields)).toThrow(message);
    expect(() => tokenizerFromGguf(fields)).toThrow(GenaiError);
  };
  refused({ model: 'llama' }, '"tokenizer.ggml.model" must be gpt2, or rwkv of characters, got "llama"');
  refused(
    { model: 'rwkv', tokens: Array(270).fill('ab'), token_type: new Int32Array(270).fill(1) },
    'must be gpt2, or rwkv of characters',
  );
  refused({ model: 'rwkv' }, 'the token "\\\\" is no character');
  refused({ pre: 'toString' }, '"tokenizer.ggml.pre" must be one of gpt-2, llama-bpe, qwen2');
  refused({ merges: undefined }, '"tokenizer.ggml.merges" must be a list of texts, got nothing');
  refused({ tokens: [1, 2] }, '"tokenizer.ggml.tokens" must be a list of texts');
  refused(
    { token_type: Int32Array.of(1) },
    `must be a number for each of ${TOKENIZERS['byte pairs']!.vocabulary} tokens`,
  );
  expect(() => tokenizerFromGguf(new Map())).toThrow('"tokenizer.ggml.model" must be a text, got nothing');
});
