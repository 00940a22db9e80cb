import { readFileSync } from 'node:fs';
import { fold, GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { tokenizerFrom } from '../tokenizer-from.js';
import { tokenizerFromHuggingFace } from '../tokenizer-from-hugging-face.js';
import { readSentencePieces } from './read-sentence-pieces.js';
import type { SentencePieces } from './sentence-pieces.js';
import { sentencePiecesJson } from './sentence-pieces-json.js';
import { sentencePiecesOf } from './sentence-pieces-of.js';

/** Made by golden/sentence-pieces.py: models of SentencePiece, the tokenizer.json of each, and what Python makes of random texts. */
type Golden = {
  readonly texts: readonly string[];
  readonly kinds: {
    readonly [kind: string]: {
      readonly model: string;
      readonly json: Json;
      readonly ids: readonly (readonly number[])[];
      readonly decoded: readonly string[];
      readonly hf: readonly (readonly number[])[];
    };
  };
};
type Json = { readonly [field: string]: unknown };

const path = new URL('../../../golden/sentence-pieces.json', import.meta.url);
const { texts, kinds } = JSON.parse(readFileSync(path, 'utf8')) as Golden;
const bytesOf = (kind: string): Uint8Array => new Uint8Array(Buffer.from(kinds[kind]!.model, 'base64'));

describe.each(Object.entries(kinds))('goldens: %s', (kind, { json, ids, hf, decoded }) => {
  test('the file of SentencePiece encodes and decodes as SentencePiece does', async () => {
    const tokenizer = await tokenizerFromHuggingFace(sentencePiecesJson(readSentencePieces(bytesOf(kind))));
    for (const [i, text] of texts.entries()) expect([...tokenizer.encode(text)], text).toEqual(ids[i]);
    // Unknown characters are written ⁇ by SentencePiece; we, and Python's tokenizers, leave them out.
    const plain = ids.map((tokens) => tokenizer.decode(tokens, { special: false }));
    for (const [i, text] of decoded.entries()) if (!text.includes('⁇')) expect(plain[i]).toBe(text);
  });

  test("the file of Hugging Face gives the same pieces, and encodes as Hugging Face's tokenizers do", async () => {
    const [own, theirs] = [readSentencePieces(bytesOf(kind)), sentencePiecesOf(json)];
    expect(theirs.pieces).toEqual(own.pieces);
    expect(theirs.types).toEqual(own.types);
    expect([theirs.model, theirs.prefixed, theirs.collapsed]).toEqual([own.model, own.prefixed, own.collapsed]);
    const tokenizer = await tokenizerFromHuggingFace(sentencePiecesJson(theirs));
    for (const [i, text] of texts.entries()) expect([...tokenizer.encode(text)], text).toEqual(hf[i]);
  });

  test('pieces that went through a tokenizer.json stay as they are', () => {
    const once = sentencePiecesOf(sentencePiecesJson({ ...readSentencePieces(bytesOf(kind)), begin: 1, end: 2 }));
    expect(sentencePiecesOf(JSON.parse(JSON.stringify(sentencePiecesJson(once))))).toEqual(once);
    expect([once.begin, once.end]).toEqual([1, 2]);
    const { merges } = (kinds[kind]!.json as { model: { merges?: unknown } }).model;
    expect((sentencePiecesJson(once) as { model: { merges?: unknown } }).model.merges).toEqual(merges);
  });
});

test('known answers: merges of added tokens, as in the files of Gemma, and Metaspace, as in those of Mistral', () => {
  const { model, ...rest } = kinds.gemma!.json as { model: { merges: [string, string][] } };
  const merges = [['\n', '\n'], ...model.merges];
  expect(sentencePiecesOf({ ...rest, model: { ...model, merges } })).toEqual(sentencePiecesOf(kinds.gemma!.json));
  const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
  const { normalizer: _, ...mistral } = kinds.llama!.json;
  expect(sentencePiecesOf({ ...mistral, pre_tokenizer })).toEqual(sentencePiecesOf(kinds.llama!.json));
});

describe('errors', () => {
  const refused = (act: () => unknown, message: RegExp): void => {
    expect(act).toThrow(message);
    expect(act).toThrow(GenaiError);
  };

  test('a tokenizer.json that SentencePiece cannot be', () => {
    const good = JSON.stringify(kinds.llama!.json);
    const bad: [from: string, to: string, message: RegExp][] = [
      ['"type":"BPE"', '"type":"WordPiece"', /model\.type is not "BPE" or "Unigram" \(got "WordPiece"\)/],
      ['"byte_fallback":true', '"byte_fallback":false', /model\.byte_fallback is not true/],
      ['"ignore_merges":false', '"ignore_merges":true', /model\.ignore_merges is not off/],
      ['"merges":[', '"merges":[["t","▁▁"],', /model\.merges\[0\] is not a pair of pieces that makes another/],
      ['"merges":[', '"merges":["t",', /model\.merges\[0\] is not a pair/],
      ['"merges":[', '"no":[', /model\.merges is not a list of pairs/],
      ['["t","h"]', '["a","b"]', /model\.merges\[2\] is not a pair|is not with every pair that makes "th"/],
      ['{"type":"Prepend","prepend":"▁"}', '{"type":"Lowercase"}', /the normalizer \{"type":"Lowercase"\} is none/],
      [
        '"pre_tokenizer":null',
        '"pre_tokenizer":{"type":"ByteLevel"}',
        /the pre_tokenizer \{"type":"ByteLevel"\} is none/,
      ],
      [
        '"pre_tokenizer":null',
        '"pre_tokenizer":{"type":"Metaspace"}',
        /the pre_tokenizer \{"type":"Metaspace"\} is none/,
      ],
      ['"<0x00>":', '"<0x0>":', /it has 255 bytes, expected all 256/],
      ['"<unk>":0', '"<unk>":7e9', /the number of "<unk>" is not below \d+ \(got 7000000000\)/],
    ];
    for (const [from, to, message] of bad) {
      expect(good, from).toContain(from);
      refused(() => sentencePiecesOf(JSON.parse(good.replace(from, () => to))), message);
    }
    const spaces = good.replace(',{"type":"Replace","pattern":{"String":" "},"content":"▁"}', '');
    refused(() => sentencePiecesOf(JSON.parse(spaces)), /the pre_tokenizer null is none/);
    for (const other of [null, 3, [], {}]) refused(() => sentencePiecesOf(other), /^sentencePiecesOf: /);
  });

  test('merges of a trained tokenizer, which leave out pairs, and such as no scores give', () => {
    const { model, ...rest } = kinds.llama!.json as { model: { merges: [string, string][] } };
    const of = (merges: readonly (readonly [string, string])[]): unknown => ({ ...rest, model: { ...model, merges } });
    const all = model.merges;
    const doubled = all.findIndex(([a, b], i) => i > 0 && all[i - 1]!.join('') === a + b);
    refused(() => sentencePiecesOf(of(all.toSpliced(doubled, 1))), /is not with every pair that makes/);
    refused(
      () => sentencePiecesOf(of([...all.toSpliced(doubled, 1), all[doubled]!])),
      /beside the other merges that make .*, as merges of scores are/,
    );
  });

  test('pieces are no description of a tokenizer that is made at once', () => {
    refused(() => tokenizerFrom(readSentencePieces(bytesOf('llama'))), /Pass what sentencePiecesJson makes of it/);
  });

  test('pieces that are none', () => {
    const good = readSentencePieces(bytesOf('llama'));
    const bad: [change: { readonly [field: string]: unknown }, message: RegExp][] = [
      [{ kind: 'bytes' }, /got kind "bytes" and model "bpe"/],
      [{ model: 'word' }, /model "word", expected/],
      [{ pieces: [1] }, /pieces is not a list of texts/],
      [{ scores: [1] }, /scores is not a list of \d+ numbers/],
      [{ types: good.types.map(() => 7) }, /types is not a list of \d+ numbers from 1 to 6/],
      [{ pieces: good.pieces.map(() => 'a') }, /the piece "a" is empty or stands twice/],
      [{ model: 'unigram' }, /a unigram model with bytes/],
      [{ begin: 1e9 }, /begin is 1000000000, expected a token below/],
      [{ charsmap: 3 }, /charsmap is not a text/],
    ];
    for (const [change, message] of bad)
      refused(() => sentencePiecesJson({ ...good, ...change } as unknown as SentencePieces), message);
    refused(() => sentencePiecesJson(null as unknown as SentencePieces), /got kind undefined/);
  });

  test('hostile files: every cut and three hundred damaged ones give pieces or a GenaiError', () => {
    const whole = bytesOf('llama');
    const attempt = (bytes: Uint8Array): boolean => {
      try {
        readSentencePieces(bytes);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(GenaiError);
        return false;
      }
    };
    for (let end = 0; end < whole.length; end += 41) attempt(whole.subarray(0, end));
    let refusals = 0;
    for (let i = 0; i < 300; i++) {
      const copy = whole.slice();
      const draws = Array.from({ length: 6 }, (_, draw) => fold(fold(key(7), i), draw)[0] ?? 0);
      for (let j = 0; j < 6; j += 2) copy[draws[j]! % copy.length] = i % 2 ? 255 : draws[j + 1]! % 256;
      if (!attempt(copy)) refusals++;
    }
    expect(refusals).toBeGreaterThan(90);
  });

  test.each<[string, readonly number[], RegExp]>([
    ['nothing', [], /it has no pieces/],
    ['a length beyond the end', [0x0a, 0xff, 0x01], /at byte 3, a field claims 255 bytes, 0 are left/],
    ['a number without an end', Array(11).fill(0xff), /a number has more than ten bytes/],
    ['an unknown kind', [0x0b], /a field is of the unknown kind 3/],
    ['a field without a number', [0x02], /a field has the number 0/],
    ['a piece that is no text', [0x0a, 3, 0x0a, 1, 0xff], /piece 0 is not UTF-8/],
    ['a model of words', [0x0a, 3, 0x0a, 1, 0x61, 0x12, 2, 0x18, 3], /its model is of the kind 3/],
    ['spaces behind words', [0x12, 3, 0xc0, 1, 1], /treat_whitespace_as_suffix/],
    ['spaces that stay', [0x1a, 2, 0x28, 0], /escape_whitespaces is false/],
  ])('%s', (_, bytes, message) => {
    refused(() => readSentencePieces(Uint8Array.from(bytes)), message);
  });
});
