import { readFileSync } from 'node:fs';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { byteSymbols } from './byte-symbols.js';
import { streamText } from './stream-text.js';
import { tokenizerFrom } from './tokenizer-from.js';
import { textMarks, tokenizerFromHuggingFace } from './tokenizer-from-hugging-face.js';

/** Made by golden/hugging-face-tokenizers.py: tokenizers of the kinds models have, and what Python makes of random texts. */
type Golden = {
  readonly texts: readonly string[];
  readonly kinds: {
    readonly [kind: string]: {
      readonly json: { readonly [field: string]: unknown };
      readonly special: readonly (readonly number[])[];
      readonly plain: readonly (readonly number[])[];
      readonly decoded: readonly string[];
    };
  };
};

const path = new URL('../../golden/hugging-face-tokenizers.json', import.meta.url);
const { texts, kinds } = JSON.parse(readFileSync(path, 'utf8')) as Golden;

describe('tokenizerFromHuggingFace: goldens', () => {
  test.each(Object.entries(kinds))('%s', async (_, { json, special, plain, decoded }) => {
    const tokenizer = await tokenizerFromHuggingFace(json);
    expect(texts.map((text) => [...tokenizer.encode(text, { special: true })])).toEqual(special);
    expect(texts.map((text) => [...tokenizer.encode(text)])).toEqual(plain);
    expect(special.map((tokens) => tokenizer.decode(tokens, { special: false }))).toEqual(decoded);
  });
});

describe('tokenizerFromHuggingFace: laws', () => {
  test.each(Object.keys(kinds))('%s: tokens one by one are the whole text, also while they come', async (kind) => {
    const tokenizer = await tokenizerFromHuggingFace(kinds[kind]!.json);
    for (const tokens of kinds[kind]!.special) {
      const whole = tokenizer.decode(tokens, { special: false });
      let streamed = '';
      for await (const piece of streamText(each(tokens), tokenizer)) streamed += piece;
      // A first token keeps the space that is not of the text, since it may stand within one.
      expect([whole, ` ${whole}`]).toContain(streamed);
    }
  });

  test('byte-level tokens give the text back, whatever it is', async () => {
    for (const kind of ['llama3', 'deepseek', 'smollm', 'nemo']) {
      const { encode, decode } = await tokenizerFromHuggingFace(kinds[kind]!.json);
      for (const text of texts) expect(decode(encode(text))).toBe(text);
    }
  });

  test('its description holds the file, from which it is made again, not at once', async () => {
    const tokenizer = await tokenizerFromHuggingFace(kinds.qwen2!.json);
    const described = JSON.parse(JSON.stringify(tokenizer)) as { kind: string; json: unknown };
    const again = await tokenizerFromHuggingFace(described.json);
    expect(again.encode(texts[0]!)).toEqual(tokenizer.encode(texts[0]!));
    expect(() => tokenizerFrom(described)).toThrow(/kind "hugging-face"\. Pass its json to tokenizerFromHuggingFace/);
  });
});

describe('tokenizerFromHuggingFace: known answers', () => {
  const { write } = byteSymbols();
  const letters = Array.from({ length: 256 }, (_, byte) => [write(Uint8Array.of(byte)), byte]);
  const file = (more: object, model: object = {}): object => ({
    added_tokens: [
      { id: 300, content: '<a>', special: true },
      { id: 301, content: '<a>>', special: true },
      { id: 302, content: '<t>', special: false },
    ],
    pre_tokenizer: { type: 'ByteLevel', use_regex: false },
    model: { vocab: Object.fromEntries([...letters, ['abc', 256], ['ab', 257]]), merges: ['a b'], ...model },
    ...more,
  });

  test('a word that is a token is not merged, where the file says so', async () => {
    const merging = await tokenizerFromHuggingFace(file({}));
    const ignoring = await tokenizerFromHuggingFace(file({}, { ignore_merges: true }));
    expect([...merging.encode('abc')]).toEqual([257, 99]);
    expect([...ignoring.encode('abc')]).toEqual([256]);
    expect([...ignoring.encode('abca')]).toEqual([257, 99, 97]);
  });

  test('the longest name counts; special ones only when asked for, others always; free numbers are empty', async () => {
    const { encode, decode, special, vocabulary, tokenBytes } = await tokenizerFromHuggingFace(file({}));
    expect([...encode('<a>><t>a', { special: true })]).toEqual([301, 302, 97]);
    expect([...encode('<a><t>')]).toEqual([60, 97, 62, 302]);
    expect(special).toEqual(['<a>', '<a>>']);
    expect([vocabulary, tokenBytes(280).length, tokenBytes(300).length]).toEqual([303, 0, 0]);
    expect(decode([300, 302, 280], { special: false })).toBe('<t>');
  });

  test('a pattern that is passed for its source is run', async () => {
    const pre_tokenizer = {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: 'a|.' }, behavior: 'Isolated' },
        { type: 'ByteLevel', use_regex: false },
      ],
    };
    const { encode } = await tokenizerFromHuggingFace(file({ pre_tokenizer }), { patterns: { 'a|.': /a|[\s\S]/u } });
    expect([...encode('ab')]).toEqual([97, 98]);
    await expect(tokenizerFromHuggingFace(file({ pre_tokenizer }))).rejects.toThrow(/has the pattern "a\|\."/);
  });

  test('the marks of a post-processor', () => {
    const single = [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: '</s>' } }];
    const special_tokens = { '<s>': { ids: [1] }, '</s>': { ids: [2] } };
    const template = { type: 'TemplateProcessing', single, special_tokens };
    expect(textMarks({ post_processor: template })).toEqual({ before: [1], behind: [2] });
    const processors = [{ type: 'ByteLevel' }, template];
    expect(textMarks({ post_processor: { type: 'Sequence', processors } })).toEqual({ before: [1], behind: [2] });
    const roberta = { type: 'RobertaProcessing', cls: ['<s>', 0], sep: ['</s>', 5] };
    expect(textMarks({ post_processor: roberta })).toEqual({ before: [0], behind: [5] });
    expect(textMarks({ post_processor: null })).toEqual({ before: [], behind: [] });
    expect(textMarks(null)).toEqual({ before: [], behind: [] });
  });
});

describe('tokenizerFromHuggingFace: errors', () => {
  test('damaged and hostile files', async () => {
    const bad: [kind: string, from: string, to: string, message: RegExp][] = [
      ['llama3', '"!": 0', '"!": 1', /"\\"" is not a number of its own, nearly in a row \(got 1\)/],
      ['llama3', '"!": 0', '"!": 9e9', /"!" is not a number of its own/],
      ['llama3', '"!": 0', '"!!": 0', /the byte 33, "!" is no token/],
      ['llama3', '"merges": [', '"merges": [7,', /model\.merges is not a list of pairs/],
      [
        'llama3',
        '"content": "<|user|>"',
        '"content": "<|end|>"',
        /added_tokens\[1\]\.content is not a name of its own/,
      ],
      ['llama3', '"single_word": false', '"single_word": true', /added_tokens\[0\]\.single_word is not off/],
      ['llama3', '{1,3}', '{1,4}', /the file has the pattern ".*\{1,4\}.*", which is of no model/],
      ['unigram', ' {2,}', '( +)+$', /has the pattern "\( \+\)\+\$"/],
      ['llama2', '"type": "Fuse"', '"type": "CTC"', /the decoder "CTC" does not tell/],
      ['llama2', '"type": "Prepend"', '"type": "Append"', /@huggingface\/tokenizers refuses the file/],
      ['llama2', '"<0x00>": 1,', '"<0x00>": 1e9,', /the vocabulary has "<0x00>" with the number 1000000000/],
      ['llama2', '"type": "BPE"', '"type": "Magic"', /model\.type is "Magic", expected one of BPE/],
    ];
    for (const [kind, from, to, message] of bad) {
      const good = JSON.stringify(kinds[kind]!.json, null, 1);
      expect(good, from).toContain(from);
      const act = tokenizerFromHuggingFace(JSON.parse(good.replace(from, () => to)));
      await expect(act, to).rejects.toThrow(message);
      await expect(act, to).rejects.toThrow(GenaiError);
    }
    for (const other of [null, 3, [], {}, { model: {} }, { added_tokens: 5 }]) {
      await expect(tokenizerFromHuggingFace(other), JSON.stringify(other)).rejects.toThrow(GenaiError);
    }
  });
});

async function* each(tokens: readonly number[]): AsyncGenerator<number, void, undefined> {
  yield* tokens;
}
