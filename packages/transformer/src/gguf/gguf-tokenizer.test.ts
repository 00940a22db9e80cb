import { readFileSync } from 'node:fs';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
// @boundaries-ignore the files of this package are read and written by packages that it must not import
import { decodeGguf } from '../../../checkpoint/src/gguf/decode-gguf.js';
// @boundaries-ignore as above
import { encodeGguf } from '../../../checkpoint/src/gguf/encode-gguf.js';
// @boundaries-ignore the tokenizers that are written here are of a package that this one must not import
import { characters } from '../../../data/src/characters.js';
// @boundaries-ignore as above
import { bytes } from '../../../data/src/text/bytes.js';
// @boundaries-ignore as above
import { sentencePiecesJson } from '../../../data/src/text/sentence-pieces/sentence-pieces-json.js';
// @boundaries-ignore as above
import { sentencePiecesOf } from '../../../data/src/text/sentence-pieces/sentence-pieces-of.js';
// @boundaries-ignore as above
import type { TextTokenizer } from '../../../data/src/text/text-tokenizer.js';
// @boundaries-ignore as above
import { tokenizerFrom } from '../../../data/src/text/tokenizer-from.js';
// @boundaries-ignore as above
import { tokenizerFromHuggingFace } from '../../../data/src/text/tokenizer-from-hugging-face.js';
// @boundaries-ignore as above
import { trainBytePairs } from '../../../data/src/text/train-byte-pairs.js';
// @boundaries-ignore as above
import { withSpecial } from '../../../data/src/text/with-special.js';
// @boundaries-ignore as above
import { wordPattern, wordsOf } from '../../../data/src/text/words-of.js';
import type { GgufField, GgufMetadata } from './gguf-field.js';
import type { GgufPieces } from './piece-fields.js';
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
  refused({ model: 'bert' }, '"tokenizer.ggml.model" must be gpt2, llama, t5, or rwkv of characters, got "bert"');
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

describe('tokenizers of SentencePiece', () => {
  // golden/sentence-pieces.py of @genai/data: what the package sentencepiece makes of random texts.
  const url = new URL('../../../data/golden/sentence-pieces.json', import.meta.url);
  const { texts, kinds } = JSON.parse(readFileSync(url, 'utf8')) as {
    readonly texts: readonly string[];
    readonly kinds: { readonly [kind: string]: { readonly json: unknown; readonly hf: readonly number[][] } };
  };
  const piecesOf = (kind: string): GgufPieces => sentencePiecesOf(kinds[kind]!.json);
  const fieldsOfPieces = (pieces: GgufPieces, use: Partial<TokenizerUse> = {}): Map<string, GgufField> => {
    const fields = tokenizerFields(pieces, { vocabulary: pieces.pieces.length, ...use });
    return new Map(Object.entries(fields).flatMap(([name, field]) => (field ? [[name, field] as const] : [])));
  };

  test.each(Object.keys(kinds))('goldens: %s comes back from a file and encodes as before', async (kind) => {
    const pieces = { ...piecesOf(kind), begin: 1 };
    const head = encodeGguf({ metadata: fieldsOfPieces(pieces), tensors: new Map() });
    const { tokenizer } = tokenizerFromGguf(decodeGguf(head).metadata);
    expect(tokenizer).toEqual({ ...pieces, scores: pieces.scores.map(Math.fround) });
    const { encode } = await tokenizerFromHuggingFace(sentencePiecesJson(tokenizer as GgufPieces));
    for (const [i, text] of texts.entries()) expect([...encode(text)], text).toEqual(kinds[kind]!.hf[i]);
  });

  test('known answers: fields of Llama 2, and what a model without an end gets', () => {
    const pieces = piecesOf('llama');
    const fields = fieldsOfPieces(pieces, { vocabulary: 381, beginToken: 1, endToken: 2, addBegin: true });
    const value = (name: string): unknown => fields.get(`tokenizer.ggml.${name}`)?.value;
    expect([value('model'), value('pre'), value('bos_token_id'), value('eos_token_id')]).toEqual([
      'llama',
      'default',
      1,
      2,
    ]);
    expect([value('unknown_token_id'), value('add_bos_token'), value('add_space_prefix')]).toEqual([0, true, true]);
    expect((value('tokens') as string[]).at(-1)).toBe('[PAD380]');
    expect([...(value('token_type') as Int32Array)].filter((type) => type === 6)).toHaveLength(256);
    const scores = value('scores') as Float32Array;
    const score = (piece: string): number => scores[pieces.pieces.indexOf(piece)]!;
    expect([score('aa'), score('ab'), score('th')]).toEqual([-0, -1, -2]); // ranks of the merges
    const endless = fieldsOfPieces(pieces);
    expect(pieces.pieces[endless.get('tokenizer.ggml.eos_token_id')?.value as number]).toBe('<0xFF>');
    expect(endless.get('tokenizer.ggml.add_bos_token')?.value).toBe(false);
    const unigram = fieldsOfPieces(piecesOf('t5'));
    expect(unigram.get('tokenizer.ggml.eos_token_id')).toEqual(unigram.get('tokenizer.ggml.unknown_token_id'));
    expect(unigram.get('tokenizer.ggml.precompiled_charsmap')?.value).toBeInstanceOf(Uint8Array);
  });

  test('errors: what llama.cpp would do otherwise, and lists that do not agree', () => {
    const pieces = piecesOf('llama');
    const refused = (change: Partial<GgufPieces>, message: RegExp): void => {
      expect(() => fieldsOfPieces({ ...pieces, ...change })).toThrow(message);
      expect(() => fieldsOfPieces({ ...pieces, ...change })).toThrow(GenaiError);
    };
    refused({ collapsed: true }, /byte pairs with collapsed spaces/);
    refused({ charsmap: '' }, /byte pairs with .* a map of characters/);
    refused({ pieces: pieces.pieces.map((piece) => `${piece} `) }, /byte pairs without the bytes/);
    refused({ model: 'unigram', types: pieces.types.map(() => 1) }, /no unknown piece/);
    refused({ model: 'unigram', collapsed: true, prefixed: false }, /collapsed spaces without one before a text/);
    expect(() => fieldsOfPieces(pieces, { vocabulary: 379 })).toThrow('the tokenizer has 380 tokens, the model 379');
    const reading = (change: { readonly [field: string]: unknown }): (() => unknown) => {
      const fields = new Map<string, { value: unknown }>(fieldsOfPieces(pieces));
      for (const [name, value] of Object.entries(change)) fields.set(`tokenizer.ggml.${name}`, { value });
      return () => tokenizerFromGguf(fields);
    };
    expect(reading({ tokens: 3 })).toThrow('"tokenizer.ggml.tokens" must be a list of texts');
    expect(reading({ scores: Float32Array.of(1) })).toThrow('scores" must be a number for each of 380 tokens');
    expect(reading({ token_type: [1] })).toThrow('token_type" must be a number for each of 380 tokens');
    expect(reading({ add_space_prefix: 1 })).toThrow('add_space_prefix" must be true or false, got 1');
    expect(reading({ precompiled_charsmap: 'x' })).toThrow('precompiled_charsmap" must be a list of bytes');
    expect(reading({ scores: undefined, token_type: undefined })()).toMatchObject({ tokenizer: { prefixed: true } });
  });
});
