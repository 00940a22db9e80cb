import { GenaiError } from '@genai/core';
import { byteSymbols } from './byte-symbols.js';
import { type Merges, mergeWord } from './merge-word.js';
import { type TextTokenizer, textTokenizer } from './text-tokenizer.js';
import { wordPattern, wordsOf } from './words-of.js';

/** A tokenizer whose tokens are runs of bytes within a word, made by joining pairs. */
export interface BytePairs extends TextTokenizer {
  /** The pairs of tokens that are joined, the most urgent first, in the symbols of GPT-2's files: `'Ġ t'` is a space and a t. */
  readonly merges: readonly string[];
  /** The tokens by their numbers, in the same symbols; special ones as their names. */
  readonly symbols: readonly string[];
}

export type BytePairsParts = {
  /** The tokens by their numbers; special ones as their names. */
  readonly symbols: readonly string[];
  readonly merges: readonly string[];
  readonly special: readonly string[];
  /** What a word is. Default GPT-2's. */
  readonly pattern?: RegExp | undefined;
};

/** The tokenizer of these parts. @throws GenaiError, in the name of `where`, if they do not fit together. */
export function bytePairsOf(where: string, { symbols, merges, special, pattern }: BytePairsParts): BytePairs {
  const fail = (message: string): never => {
    throw new GenaiError(`${where}: ${message}. Pass what a tokenizer of byte pairs was saved as.`);
  };
  const { places, read, write } = byteSymbols();
  const numbers = new Map(symbols.map((written, token) => [written, token]));
  if (numbers.size !== symbols.length || numbers.has('')) fail('two tokens are written alike, or one is empty');
  const isSpecial = new Set(special);
  const numberOf = (written: string, what: string): number =>
    (isSpecial.has(written) ? undefined : numbers.get(written)) ??
    fail(`${what} ${JSON.stringify(written)} is no token`);
  if (isSpecial.size !== special.length) fail('two special tokens have one name');
  for (const name of special) if (!numbers.has(name)) fail(`the special ${JSON.stringify(name)} is no token`);

  const bytes = symbols.map((written) =>
    isSpecial.has(written)
      ? new Uint8Array(0)
      : (read(written) ?? fail(`token ${JSON.stringify(written)} is not written in GPT-2's symbols`)),
  );
  const byteTokens = Int32Array.from(places, (_, byte) => numberOf(write(Uint8Array.of(byte)), `the byte ${byte},`));
  const ranks = new Map<number, number>();
  const results = Int32Array.from(merges, (merge, rank) => {
    const [left = '', right = '', more] = merge.split(' ');
    if (more !== undefined) fail(`merge ${rank}, ${JSON.stringify(merge)}, is not a pair`);
    const pair = numberOf(left, `in merge ${rank},`) * symbols.length + numberOf(right, `in merge ${rank},`);
    if (ranks.has(pair)) fail(`merge ${rank}, ${JSON.stringify(merge)}, stands twice`);
    ranks.set(pair, rank);
    return numberOf(left + right, `what merge ${rank} makes,`);
  });

  const words = wordPattern(pattern);
  const tokenizer = textTokenizer({
    where: 'byte pairs',
    bytes,
    special: new Map(special.map((name) => [name, numbers.get(name)!])),
    encode: encoderOf(words, byteTokens, {
      rank: (left, right) => ranks.get(left * symbols.length + right),
      results,
    }),
    describe: () => {
      const own = pattern && { pattern: { source: words.source, flags: words.flags } };
      return { kind: 'byte-pairs', symbols, merges, special, ...own };
    },
  });
  return { ...tokenizer, merges, symbols };
}

/** Text to tokens, word by word. The tokens of words met before are remembered, since most words come again. */
function encoderOf(words: RegExp, byteTokens: Int32Array, merges: Merges): (text: string) => Int32Array {
  const encoder = new TextEncoder();
  const known = new Map<string, Int32Array>();
  const tokensOf = (word: string): Int32Array => {
    const before = known.get(word);
    if (before) return before;
    const bytes = Int32Array.from(encoder.encode(word), (byte) => byteTokens[byte]!);
    const tokens = mergeWord(bytes, merges);
    if (known.size === KNOWN_WORDS) known.clear();
    if (word.length <= LONGEST_KNOWN) known.set(word, tokens);
    return tokens;
  };
  return (text) => {
    const tokens: number[] = [];
    for (const word of wordsOf(text, words)) for (const token of tokensOf(word)) tokens.push(token);
    return Int32Array.from(tokens);
  };
}

const KNOWN_WORDS = 2 ** 16;
const LONGEST_KNOWN = 64;
