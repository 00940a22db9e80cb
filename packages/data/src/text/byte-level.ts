import { GenaiError } from '@genai/core';
import { type AddedToken, splitterOf } from './added-tokens.js';
import { type BytePairs, bytePairsOf } from './byte-pairs.js';
import { byteSymbols } from './byte-symbols.js';
import { textTokenizer } from './text-tokenizer.js';
import { isTexts, recordOf, type TokenizerDescription } from './tokenizer-description.js';
import type { WordSplit } from './word-splits.js';

export type ByteLevelParts = {
  /** The `model` of a `tokenizer.json`. */
  readonly model: unknown;
  readonly added: readonly AddedToken[];
  readonly normalize: (text: string) => string;
  readonly words: WordSplit;
  readonly describe: () => TokenizerDescription;
};

/**
 * Byte-level byte pairs as a `tokenizer.json` may have them: with words of any kind, added tokens anywhere, a normalisation, and words
 * that are tokens as they are. Numbers that no token has stand for no bytes.
 *
 * @throws GenaiError, in the name of `where`, that names the place of what is damaged.
 */
export function byteLevel(where: string, { model, added, normalize, words, describe }: ByteLevelParts): BytePairs {
  const { vocab, merges, ignore_merges } = recordOf(model);
  const symbols = numbered(where, vocab, added);
  const free = Array.from(symbols.keys()).filter((token) => symbols[token] === undefined);
  for (const token of free) symbols[token] = `<no token ${token}>`;
  const pairs = Array.isArray(merges) ? merges.map((pair) => (isTexts(pair) ? pair.join(' ') : pair)) : merges;
  if (!isTexts(pairs)) return damaged(where, 'model.merges', 'a list of pairs', typeof merges);
  const names = [...added.map(({ name }) => name), ...free.map((token) => symbols[token]!)];
  // Its words are found here: whatever text it gets is one.
  const pattern = /[\s\S]+/u;
  const { tokenBytes, encode: merged } = bytePairsOf(where, { symbols, merges: pairs, special: names, pattern });
  const whole = ignore_merges ? wholeWords(symbols, new Set(names)) : undefined;

  const encoder = new TextEncoder();
  const bytes = symbols.map((_, token) => tokenBytes(token));
  for (const { name, token, special } of added) if (!special) bytes[token] = encoder.encode(name);
  const cut = splitterOf(added);
  const encode = (text: string, special: boolean): Int32Array => {
    const tokens: number[] = [];
    for (const piece of cut(text, special)) {
      if (typeof piece === 'number') tokens.push(piece);
      else
        for (const word of words(normalize(piece))) {
          const known = whole?.get(word);
          if (known !== undefined) tokens.push(known);
          else for (const token of merged(word)) tokens.push(token);
        }
    }
    return Int32Array.from(tokens);
  };
  const special = new Map(added.filter((one) => one.special).map(({ name, token }) => [name, token]));
  const tokenizer = textTokenizer({ where, bytes, special, encode: (text) => encode(text, false), describe });
  return { ...tokenizer, encode: (text, options) => encode(text, options?.special ?? false), merges: pairs, symbols };
}

/** The written tokens by their numbers, with holes for numbers that are free. */
function numbered(where: string, vocab: unknown, added: readonly AddedToken[]): string[] {
  const numbers = new Map(Object.entries(recordOf(vocab)));
  for (const [i, { name, token }] of added.entries()) {
    if (numbers.has(name) && numbers.get(name) !== token)
      damaged(where, `added_tokens[${i}].id`, 'that of the vocabulary', token);
    numbers.set(name, token);
  }
  const symbols: string[] = [];
  for (const [written, id] of numbers) {
    const isFree = Number.isSafeInteger(id) && (id as number) >= 0 && symbols[id as number] === undefined;
    if (!isFree || (id as number) >= numbers.size + MOST_FREE) {
      damaged(where, `model.vocab: ${JSON.stringify(written)}`, 'a number of its own, nearly in a row', id);
    }
    symbols[id as number] = written;
  }
  return symbols;
}

/** The texts that are tokens themselves. */
function wholeWords(symbols: readonly string[], names: ReadonlySet<string>): ReadonlyMap<string, number> {
  const { read } = byteSymbols();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const whole = new Map<string, number>();
  for (const [token, written] of symbols.entries()) {
    if (names.has(written)) continue;
    try {
      whole.set(decoder.decode(read(written)), token);
    } catch {
      // part of a character: no word is written so
    }
  }
  return whole;
}

function damaged(where: string, place: string, expected: string, got: unknown): never {
  throw new GenaiError(
    `${where}: ${place} is not ${expected} (got ${JSON.stringify(got)}). Pass a tokenizer.json of Hugging Face as it was saved.`,
  );
}

const MOST_FREE = 1024;
