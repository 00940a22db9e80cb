import { expectIntegers, GenaiError } from '@genai/core';
import { type BytePairs, bytePairsOf } from './byte-pairs.js';
import { byteSymbols } from './byte-symbols.js';
import { heap } from './heap.js';
import { specialFrom } from './text-tokenizer.js';
import { wordPattern, wordsOf } from './words-of.js';

export interface TrainBytePairsOptions {
  /** How many tokens there are to be, the 256 bytes and the special ones included. There are fewer if pairs give out. */
  readonly vocabulary: number;
  /** Names of special tokens, which get the last numbers; where they stand in the texts, nothing is learnt of them. */
  readonly special?: readonly string[];
  /** What a word is; tokens do not reach beyond one. Default GPT-2's: letters, digits or signs, with the space before them. */
  readonly pattern?: RegExp;
  /** A pair must occur as often to become a token. Default 2. */
  readonly minFrequency?: number;
}

/**
 * Learns byte pairs from texts: beginning with bytes, the pair of neighbours that is most frequent within words becomes a token, again
 * and again. Among equally frequent pairs the one whose left, then right token has the lowest number comes first.
 *
 * Merges and numbers are those of Hugging Face's `BpeTrainer` on the `ByteLevel` alphabet: the bytes in the order of GPT-2's
 * symbols, then the merges. A megabyte of English takes about half a second.
 *
 * @example
 * const tokenizer = trainBytePairs(text, { vocabulary: 1_000, special: ['<|end|>'] });
 * tokenizer.decode(tokenizer.encode('to be')); // 'to be'
 * @throws GenaiError if the vocabulary does not hold the bytes and special tokens, or there is no text.
 * @source Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units", algorithm 1; on bytes: Radford
 * et al. 2019, section 2.2.
 */
export function trainBytePairs(texts: string | Iterable<string>, options: TrainBytePairsOptions): BytePairs {
  const { vocabulary, special = [], pattern, minFrequency = 2 } = options;
  expectIntegers('trainBytePairs', { vocabulary }, 256 + special.length);
  expectIntegers('trainBytePairs', { minFrequency });
  specialFrom('trainBytePairs', 0, special);
  const words = countWords(typeof texts === 'string' ? [texts] : texts, special, wordPattern(pattern));
  if (words.size === 0) throw new GenaiError('trainBytePairs: the text is empty. Pass the text the model is to learn.');
  const { symbols, merges } = learn(words, vocabulary - special.length, minFrequency);
  const clash = special.find((name) => symbols.includes(name));
  if (clash !== undefined) {
    throw new GenaiError(
      `trainBytePairs: the special name ${JSON.stringify(clash)} is also that of an ordinary token. Choose one such as <|end|>.`,
    );
  }
  return bytePairsOf('trainBytePairs', { symbols: [...symbols, ...special], merges, special, pattern });
}

function countWords(texts: Iterable<string>, special: readonly string[], pattern: RegExp): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const parts = special.reduce<readonly string[]>((all, name) => all.flatMap((part) => part.split(name)), [text]);
    for (const part of parts) for (const word of wordsOf(part, pattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/**
 * Merges until there are `most` tokens. Counts of pairs are kept up to date word by word; the heap may hold counts from before, which
 * are put right when they come up. No two pairs make the same token: within its bounds, equal bytes have been joined in equal steps.
 */
function learn(
  seen: ReadonlyMap<string, number>,
  most: number,
  minFrequency: number,
): { readonly symbols: readonly string[]; readonly merges: readonly string[] } {
  const { bytes, places, write } = byteSymbols();
  const encoder = new TextEncoder();
  const words = Array.from(seen.keys(), (word) => Int32Array.from(encoder.encode(word), (byte) => places[byte]!));
  const times = [...seen.values()];
  const symbols = Array.from(bytes, (byte) => write(Uint8Array.of(byte)));
  const merges: string[] = [];

  const counts = new Map<number, number>(); //    how often each pair occurs; its name is left · most + right
  const holders = new Map<number, number[]>(); // the words in which it may occur
  const add = (left: number, right: number, w: number): number => {
    const pair = left * most + right;
    counts.set(pair, (counts.get(pair) ?? 0) + times[w]!);
    const list = holders.get(pair);
    if (!list) holders.set(pair, [w]);
    else if (list.at(-1) !== w) list.push(w);
    return pair;
  };
  const remove = (left: number, right: number, w: number): void => {
    const pair = left * most + right;
    counts.set(pair, counts.get(pair)! - times[w]!);
  };
  for (const [w, word] of words.entries()) for (let i = 1; i < word.length; i++) add(word[i - 1]!, word[i]!, w);
  const queue = heap<{ readonly pair: number; readonly count: number }>(
    (a, b) => a.count > b.count || (a.count === b.count && a.pair < b.pair),
  );
  for (const [pair, count] of counts) queue.push({ pair, count });

  while (symbols.length < most) {
    const best = queue.pop();
    if (!best) break;
    const { pair } = best;
    const count = counts.get(pair)!;
    if (count !== best.count) {
      if (count > 0) queue.push({ pair, count });
      continue;
    }
    if (count < minFrequency) break;
    const [left, right, joined] = [Math.floor(pair / most), pair % most, symbols.length];
    merges.push(`${symbols[left]} ${symbols[right]}`);
    symbols.push(symbols[left]! + symbols[right]!);
    const made = new Set<number>();
    for (const w of holders.get(pair)!) {
      const word = words[w]!;
      let length = 0; // of the new word, which is written over the old one
      for (let i = 0; i < word.length; i++) {
        if (word[i] !== left || word[i + 1] !== right) {
          word[length++] = word[i]!;
          continue;
        }
        if (length > 0) {
          remove(word[length - 1]!, left, w);
          made.add(add(word[length - 1]!, joined, w));
        }
        word[length++] = joined;
        if (++i + 1 < word.length) {
          remove(right, word[i + 1]!, w);
          made.add(add(joined, word[i + 1]!, w));
        }
      }
      words[w] = word.subarray(0, length);
    }
    counts.set(pair, 0);
    holders.delete(pair);
    for (const other of made) queue.push({ pair: other, count: counts.get(other)! });
  }
  return { symbols, merges };
}
