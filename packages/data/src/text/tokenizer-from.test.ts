import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { characters } from '../characters.js';
import { bytes } from './bytes.js';
import { fromTokenizerJson } from './from-tokenizer-json.js';
import { toTokenizerJson } from './to-tokenizer-json.js';
import { tokenizerFrom } from './tokenizer-from.js';
import { trainBytePairs } from './train-byte-pairs.js';
import { withSpecial } from './with-special.js';

const text = 'the theory of the thing; 人人 and the 人人 <|end|>';
const special = ['<|end|>', '__proto__'];
const pairs = trainBytePairs(text, { vocabulary: 280, special });
const viaText = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

describe('tokenizerFrom: properties', () => {
  test.each([
    ['characters', withSpecial(characters(text), special)],
    ['bytes', bytes({ special })],
    ['byte pairs', pairs],
  ])('%s come back from JSON the same', (_, tokenizer) => {
    const again = tokenizerFrom(viaText(tokenizer));
    const tokens = tokenizer.encode(`${text}__proto__`, { special: true });
    expect(again.vocabulary).toBe(tokenizer.vocabulary);
    expect(again.special).toEqual(special);
    expect(again.encode(`${text}__proto__`, { special: true })).toEqual(tokens);
    expect(again.decode(tokens)).toBe(`${text}__proto__`);
    expect(viaText(again)).toEqual(viaText(tokenizer));
  });

  test('a word pattern is run only if it is passed, too', () => {
    const tokenizer = trainBytePairs(text, { vocabulary: 280, pattern: /\S+|\s+/ });
    const json = viaText(tokenizer);
    expect(tokenizerFrom(json, { pattern: /\S+|\s+/ }).encode(text)).toEqual(tokenizer.encode(text));
    expect(() => tokenizerFrom(json)).toThrow(/the pattern \/\\S\+\|\\s\+\/gu, which is not run unless you pass it/);
    expect(() => tokenizerFrom(json, { pattern: /\S+/ })).toThrow(/got \/\\S\+\/gu/);
  });
});

describe('tokenizerFrom: errors', () => {
  test('a description that was tampered with', () => {
    const good = JSON.stringify(pairs);
    const bad: [from: string, to: string, message: RegExp][] = [
      ['"kind":"byte-pairs"', '"kind":"words"', /kind is not "characters", "bytes" or "byte-pairs"/],
      ['"symbols":["!",', '"symbols":[7,', /symbols is not a list of texts/],
      ['"symbols":["!",', '"symbols":["\\"",', /two tokens are written alike/],
      ['"symbols":["!",', '"symbols":["",', /two tokens are written alike, or one is empty/],
      ['"symbols":["!",', '"symbols":["!!",', /the byte 33, "!" is no token/],
      ['"symbols":["!",', '"symbols":["!","😀",', /token "😀" is not written in GPT-2's symbols/],
      ['"merges":[', '"merges":["! ! !",', /merge 0, "! ! !", is not a pair/],
      ['"merges":[', '"merges":["!",', /in merge 0, "" is no token/],
      ['"merges":[', '"merges":["! !",', /what merge 0 makes, "!!" is no token/],
      ['"merges":[', `"merges":["${pairs.merges[0]}",`, /merge 1, "t h", stands twice/],
      ['"merges":[', '"merges":["< |end|>",', /in merge 0, "\|end\|>" is no token/],
      ['"special":["<|end|>"', '"special":["<|mend|>"', /the special "<\|mend\|>" is no token/],
      ['"special":[', '"special":["<|end|>",', /two special tokens have one name/],
      ['"special":[', '"special":[null,', /special is not a list of names/],
      ['"special":', '"pattern":3,"special":', /pattern is not \{ source, flags \}/],
    ];
    for (const [from, to, message] of bad) {
      expect(good, from).toContain(from);
      const act = (): unknown => tokenizerFrom(JSON.parse(good.replace(from, to)));
      expect(act, to).toThrow(message);
      expect(act).toThrow(GenaiError);
    }
    for (const other of [
      null,
      3,
      [],
      {},
      { kind: 'characters', alphabet: '' },
      { kind: 'characters', alphabet: 'ba' },
      { kind: 'bytes', special: ['x', 'x'] },
    ]) {
      expect(() => tokenizerFrom(other), JSON.stringify(other)).toThrow(GenaiError);
    }
  });
});

describe('fromTokenizerJson: properties', () => {
  test('undoes toTokenizerJson', () => {
    const again = fromTokenizerJson(viaText(toTokenizerJson(pairs)));
    expect(viaText(again)).toEqual(viaText(pairs));
    expect(() => toTokenizerJson(bytes())).toThrow(/the tokenizer has kind bytes, expected byte pairs/);
    expect(() => toTokenizerJson(trainBytePairs(text, { vocabulary: 260, pattern: /.+/ }))).toThrow(
      /word pattern of its own/,
    );
  });
});

describe('fromTokenizerJson: known answers', () => {
  test('numbers in any order, pairs as lists, added tokens outside the vocabulary', () => {
    const { symbols } = trainBytePairs('abab', { vocabulary: 257 });
    const vocab = Object.fromEntries(symbols.toReversed().map((written, token) => [written, token + 1]));
    const tokenizer = fromTokenizerJson({
      added_tokens: [{ id: 0, content: '<s>' }],
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
      model: { vocab, merges: [['a', 'b']] },
    });
    expect([...tokenizer.encode('<s>ab!', { special: true })]).toEqual([0, 1, 257]);
    expect(tokenizer.decode([0, 1, 257])).toBe('<s>ab!');
  });
});

describe('fromTokenizerJson: errors', () => {
  test('files of other kinds, and damaged ones', () => {
    const good = JSON.stringify(toTokenizerJson(pairs));
    const bad: [from: string, to: string, message: RegExp][] = [
      ['"type":"BPE"', '"type":"Unigram"', /model\.type is not "BPE" \(got "Unigram"\)/],
      ['"byte_fallback":false', '"byte_fallback":true', /model\.byte_fallback is not off \(got true\)/],
      ['"normalizer":null', '"normalizer":{"type":"NFC"}', /normalizer is not null \(got "NFC"\)/],
      ['"pre_tokenizer":{"type":"ByteLevel"', '"pre_tokenizer":{"type":"Split"', /pre_tokenizer is not ByteLevel/],
      ['"add_prefix_space":false', '"add_prefix_space":true', /add_prefix_space is not false/],
      ['"!":0', '"!":1', /model\.vocab: "\\"" is not a number of its own below 265 \(got 1\)/],
      ['"!":0', '"!":1e9', /"!" is not a number of its own/],
      ['"!":0', '"!":"0"', /"!" is not a number of its own/],
      ['"content":"<|end|>"', '"content":5', /added_tokens\[0\] is not a token with its content \(got 5\)/],
      ['"added_tokens":[{"id":', '"added_tokens":[{"id":1', /added_tokens\[0\]\.id is not that of the vocabulary/],
      ['"merges":[', '"merges":[5,', /model\.merges is not a list of pairs/],
    ];
    for (const [from, to, message] of bad) {
      expect(good, from).toContain(from);
      const act = (): unknown => fromTokenizerJson(JSON.parse(good.replace(from, to)));
      expect(act, to).toThrow(message);
      expect(act).toThrow(GenaiError);
    }
    for (const other of [null, 3, [], {}]) expect(() => fromTokenizerJson(other)).toThrow(GenaiError);
  });
});
