import { key, randomUniform } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { llama2cTokenizerJson } from './llama2c-tokenizer-json.js';
import { tokenizerFromHuggingFace } from './tokenizer-from-hugging-face.js';

const BYTES = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
const PIECES = [
  'he',
  'll',
  'hell',
  'o',
  ' w',
  'or',
  ' wor',
  'ld',
  ' he',
  ' hell',
  'lo',
  'wo',
  'rl',
  'hello',
  ' hello',
  'é',
];
/** As the file has them: marks, bytes, merged pieces with their scores, then letters. */
const TOKENS: readonly (readonly [text: string, score: number])[] = [
  ...['<unk>', '\n<s>\n', '\n</s>\n', ...BYTES].map((text) => [text, 0] as const),
  ...PIECES.map((text, i) => [text, -((i * 7) % PIECES.length)] as const),
  ...[...' helowrd'].filter((letter) => letter !== 'o').map((letter) => [letter, -100] as const),
];

function fileOf(tokens: readonly (readonly [text: string, score: number])[]): Uint8Array {
  const parts = tokens.map(([text, score]) => {
    const utf8 = new TextEncoder().encode(text);
    return [
      ...new Uint8Array(Float32Array.of(score).buffer),
      ...new Uint8Array(Int32Array.of(utf8.length).buffer),
      ...utf8,
    ];
  });
  return Uint8Array.from([...new Uint8Array(Int32Array.of(8).buffer), ...parts.flat()]);
}

/** What run.c does: characters or bytes, then again and again the first pair of the best score. */
function encoded(text: string): number[] {
  const numbers = new Map(TOKENS.map(([piece], token) => [piece, token]));
  const tokens = [...(text === '' ? '' : ` ${text}`)].flatMap((character) => {
    const known = numbers.get(character);
    return known === undefined ? Array.from(new TextEncoder().encode(character), (byte) => byte + 3) : [known];
  });
  for (;;) {
    let best: { at: number; token: number; score: number } | undefined;
    for (let at = 0; at + 1 < tokens.length; at++) {
      const token = numbers.get(TOKENS[tokens[at]!]![0] + TOKENS[tokens[at + 1]!]![0]);
      if (token !== undefined && (!best || TOKENS[token]![1] > best.score))
        best = { at, token, score: TOKENS[token]![1] };
    }
    if (!best) return tokens;
    tokens.splice(best.at, 2, best.token);
  }
}

test('known answers: tokens are those of the algorithm of run.c', async () => {
  const tokenizer = await tokenizerFromHuggingFace(llama2cTokenizerJson(fileOf(TOKENS)));
  const letters = [...'hello world é\n😀'];
  const draws = randomUniform(key(3), 40 * 30);
  const texts = Array.from({ length: 40 }, (_, i) =>
    Array.from(draws.subarray(30 * i, 30 * i + i), (u) => letters[Math.floor(u * letters.length)]!).join(''),
  );
  for (const text of ['hello world', 'hell', 'wor ld', ...texts]) {
    expect([...tokenizer.encode(text)], text).toEqual(encoded(text));
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  }
  expect(['<unk>', '<s>', '</s>'].map(tokenizer.specialToken)).toEqual([0, 1, 2]);
});

describe('errors', () => {
  const whole = fileOf(TOKENS);
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /it has 0 tokens/],
    ['a file cut short', whole.subarray(0, 40), /claims a score|cut short/],
    ['a length out of range', fileOf(TOKENS).fill(0xff, 8, 12), /token 0 claims a score of 0 and -1 bytes/],
    ['a token twice', fileOf([...TOKENS, ['he', 1]]), /the token "he" stands twice/],
    ['bytes that are no text', fileOf(TOKENS).fill(0xff, 12, 14), /token 0 is not UTF-8/],
  ])('%s', (_, bytes, message) => {
    expect(() => llama2cTokenizerJson(bytes)).toThrow(message);
  });
});
