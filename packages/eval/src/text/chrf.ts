import { expectIntegers, GenaiError } from '@genai/core';
import { characterCounts, codePointStarts, ngramCounts, shared } from './ngrams.js';
import type { TextMetric } from './text-metric.js';
import { words } from './white-space.js';

export interface ChrfOptions {
  /** The longest runs of characters. */
  readonly charOrder?: number;
  /** The longest runs of words, 2 for chrF++. */
  readonly wordOrder?: number;
  /** How many times recall weighs what precision does. */
  readonly beta?: number;
  readonly lowercase?: boolean;
  /** Whether white space counts as characters. */
  readonly whitespace?: boolean;
  /** Counts orders that no text is long enough for as almost 0, as chrF++.py, NLTK and Moses do, instead of leaving them out. */
  readonly epsSmoothing?: boolean;
}

/**
 * chrF, 0 to 100: the F-score of runs of characters, for all languages without a tokenizer; with `wordOrder` 2 chrF++. Equal to
 * sacrebleu's to the last printed digit, and with its signature.
 *
 * Of several references the one with the best score of its sentence counts.
 *
 * @example
 * const metrics = { chrf: chrf(), chrfPlusPlus: chrf({ wordOrder: 2 }) };
 * @throws GenaiError unless `charOrder` is a positive integer, `wordOrder` one of at least 0 and `beta` above 0.
 * @source Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation", eq. 1; Popović 2017, "chrF++: words helping
 * character n-grams".
 */
export function chrf({
  charOrder = 6,
  wordOrder = 0,
  beta = 2,
  lowercase = false,
  whitespace = false,
  epsSmoothing = false,
}: ChrfOptions = {}): TextMetric<'chrf'> {
  expectIntegers('chrf', { charOrder });
  expectIntegers('chrf', { wordOrder }, 0);
  if (!(beta > 0)) throw new GenaiError(`chrf: beta must be above 0, got ${beta}.`);
  const scoreOf = (total: Float64Array): number => fScore(total, beta, epsSmoothing);
  const countsOf = (text: string): ReadonlyMap<string, number>[] => {
    const line = lowercase ? text.toLowerCase() : text;
    const characters = whitespace ? line : words(line).join('');
    const starts = codePointStarts(characters);
    const tokens = wordOrder > 0 ? wordsAndPunctuation(line) : [];
    return [
      ...Array.from({ length: charOrder }, (_, n) => characterCounts(characters, n + 1, starts)),
      ...Array.from({ length: wordOrder }, (_, n) => ngramCounts(tokens, n + 1)),
    ];
  };
  return {
    name: `chrF${beta}${'+'.repeat(wordOrder)}`,
    settings: {
      case: lowercase ? 'lc' : 'mixed',
      eff: epsSmoothing ? 'no' : 'yes',
      nc: charOrder,
      nw: wordOrder,
      space: whitespace ? 'yes' : 'no',
    },
    measure: (hypothesis, references) => {
      const counts = countsOf(hypothesis);
      const found = references.map((reference) => statistics(counts, countsOf(reference)));
      return found.reduce((best, other) => (scoreOf(other) > scoreOf(best) ? other : best));
    },
    score: (total) => ({ chrf: { value: scoreOf(total), unit: '%', better: 'higher' } }),
  };
}

/** Of each order: runs of the hypothesis, of the reference, and shared. */
function statistics(
  hypothesis: readonly ReadonlyMap<string, number>[],
  reference: readonly ReadonlyMap<string, number>[],
): Float64Array {
  const found = new Float64Array(3 * hypothesis.length);
  for (const [i, counts] of hypothesis.entries()) {
    const others = reference[i]!;
    if (others.size > 0) found[3 * i] = sum(counts);
    found[3 * i + 1] = sum(others);
    found[3 * i + 2] = shared(counts, others);
  }
  return found;
}

/** Eq. 1: Fβ = (1 + β²) P R / (β² P + R), of precision and recall averaged over orders, or with smoothing averaged itself. */
function fScore(total: Float64Array, beta: number, smooth: boolean): number {
  const orders = total.length / 3;
  const factor = beta ** 2;
  let [score, precisions, recalls, effective] = [0, 0, 0, 0];
  for (let i = 0; i < total.length; i += 3) {
    const [ours, theirs, both] = [total[i]!, total[i + 1]!, total[i + 2]!];
    const precision = ours > 0 ? both / ours : TINY;
    const recall = theirs > 0 ? both / theirs : TINY;
    const below = factor * precision + recall;
    score += below > 0 ? ((1 + factor) * precision * recall) / below : TINY;
    if (ours === 0 || theirs === 0) continue;
    precisions += precision;
    recalls += recall;
    effective++;
  }
  if (smooth) return (100 * score) / orders;
  if (precisions + recalls === 0) return 0;
  const [precision, recall] = [precisions / effective, recalls / effective];
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
}

const TINY = 1e-16;

/** Words without the mark at their end, or else at their start, which becomes a word: `(hi)` gives `(hi` and `)`. */
function wordsAndPunctuation(line: string): string[] {
  return words(line).flatMap((word) => {
    if (word.length === 1) return [word];
    if (MARK.test(word.at(-1)!)) return [word.slice(0, -1), word.at(-1)!];
    return MARK.test(word[0]!) ? [word[0]!, word.slice(1)] : [word];
  });
}

/** ASCII's punctuation. */
const MARK = /[!-/:-@[-`{-~]/;

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
