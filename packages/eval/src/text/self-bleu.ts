import { expectIntegers, GenaiError, type Key, randomPermutation } from '@genai/core';
import type { Figure } from '../figure.js';
import { countsOf, Ngrams, type Text, tokensOf } from './tokens.js';

export interface SelfBleuOptions {
  /** The longest n-grams. */
  readonly maxOrder?: number;
  /** Takes so many texts at random: more texts give more, so that only equal numbers compare. Texygen takes 500. */
  readonly sample?: { readonly count: number; readonly key: Key };
}

/**
 * Self-BLEU, 0 to 1: the mean BLEU of each text with all others as its references. High where samples resemble each other.
 *
 * All against all in the time of one pass: of each n-gram only the two texts that have it most often matter. Precisions without a
 * match count 0.1 n-grams, as in Texygen.
 *
 * @example
 * const { value } = selfBleu(generated, { sample: { count: 500, key: key(0) } });
 * @throws GenaiError unless there are two texts at least.
 * @source Zhu et al. 2018, "Texygen: a benchmarking platform for text generation models"; Chen and Cherry 2014, "A systematic
 * comparison of smoothing techniques for sentence-level BLEU", method 1.
 */
export function selfBleu(texts: Iterable<Text>, { maxOrder = 4, sample }: SelfBleuOptions = {}): Figure {
  expectIntegers('selfBleu', { maxOrder });
  const tokens = Array.from(chosen([...texts], sample), tokensOf);
  if (tokens.length < 2) throw new GenaiError(`selfBleu: got ${tokens.length} texts, expected at least two.`);
  const ngrams = new Ngrams();
  const nearest = nearestOthers(tokens.map(({ length }) => length));
  const logs = new Float64Array(tokens.length);
  const hopeless = new Set<number>();
  for (let n = 1; n <= maxOrder; n++) {
    const counts = tokens.map((text) => countsOf(ngrams.of(text, n)));
    const most = mostOf(counts);
    for (const [i, own] of counts.entries()) {
      const hits = hitsOf(i, own, most);
      if (n === 1 && hits === 0) hopeless.add(i);
      logs[i]! += Math.log((hits || 0.1) / Math.max(1, tokens[i]!.length - n + 1)) / maxOrder;
    }
  }
  const scores = logs.map((log, i) => {
    const length = tokens[i]!.length;
    return hopeless.has(i) ? 0 : Math.exp(log + Math.min(0, 1 - nearest(length) / length));
  });
  return { value: scores.reduce((total, score) => total + score, 0) / scores.length, better: 'lower' };
}

/** Who has an n-gram most often, how often, and how often any other has it at most. */
type Most = { owner: number; count: number; next: number };

function mostOf(counts: readonly ReadonlyMap<string, number>[]): Map<string, Most> {
  const most = new Map<string, Most>();
  for (const [owner, own] of counts.entries()) {
    for (const [ngram, count] of own) {
      const known = most.get(ngram);
      if (!known || count > known.count) most.set(ngram, { owner, count, next: known?.count ?? 0 });
      else if (count > known.next) known.next = count;
    }
  }
  return most;
}

/** N-grams of text `i` that others have, each as often as in one of them. */
function hitsOf(i: number, own: ReadonlyMap<string, number>, most: ReadonlyMap<string, Most>): number {
  let hits = 0;
  for (const [ngram, count] of own) {
    const { owner, count: first, next } = most.get(ngram)!;
    hits += Math.min(count, owner === i ? next : first);
  }
  return hits;
}

/** Of a text of that length: the nearest length of another text, of two as near the shorter. */
function nearestOthers(lengths: readonly number[]): (length: number) => number {
  const counts = countsOf(lengths);
  const ascending = [...counts.keys()].sort((a, b) => a - b);
  return (length) => {
    if (counts.get(length)! > 1) return length;
    const others = ascending.filter((other) => other !== length);
    return others.reduce((best, other) => (Math.abs(other - length) < Math.abs(best - length) ? other : best));
  };
}

function chosen(texts: readonly Text[], sample: SelfBleuOptions['sample']): readonly Text[] {
  if (!sample || sample.count >= texts.length) return texts;
  expectIntegers('selfBleu', { count: sample.count }, 2);
  return Array.from(randomPermutation(sample.key, texts.length).subarray(0, sample.count), (i) => texts[i]!);
}
