import { heap } from './heap.js';

/** Which neighbours are joined into what. */
export type Merges = {
  /** How urgent it is to join two tokens, 0 most; undefined if they are not joined. */
  readonly rank: (left: number, right: number) => number | undefined;
  /** The token that the pair of a rank becomes. */
  readonly results: Int32Array;
};

/**
 * Joins the most urgent pair of neighbours, the leftmost among equals, until none is left: n log n for a word of n tokens.
 *
 * @source Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units", algorithm 1, applied.
 */
export function mergeWord(word: Int32Array, { rank, results }: Merges): Int32Array {
  const tokens = word.slice();
  const next = Int32Array.from(word, (_, i) => i + 1);
  const before = Int32Array.from(word, (_, i) => i - 1);
  const rankAt = (i: number): number | undefined => {
    const right = next[i]!;
    return right < tokens.length ? rank(tokens[i]!, tokens[right]!) : undefined;
  };
  const queue = heap<number>((a, b) => a < b); // rank and place in one number
  const propose = (i: number): void => {
    const found = rankAt(i);
    if (found !== undefined) queue.push(found * PLACES + i);
  };
  for (let i = 0; i < tokens.length; i++) propose(i);
  for (let first = queue.pop(); first !== undefined; first = queue.pop()) {
    const at = first % PLACES;
    const wanted = (first - at) / PLACES;
    if (next[at] === GONE || rankAt(at) !== wanted) continue; // a neighbour has changed since
    const right = next[at]!;
    tokens[at] = results[wanted]!;
    next[at] = next[right]!;
    next[right] = GONE;
    if (next[at]! < tokens.length) before[next[at]!] = at;
    propose(at);
    if (before[at]! >= 0) propose(before[at]!);
  }
  return tokens.filter((_, i) => next[i] !== GONE);
}

const GONE = -1;
/** More than there are places in a word; a rank times this is exact in a number. */
const PLACES = 2 ** 30;
