import { GenaiError } from '@genai/core';
import type { TextMetric } from './text-metric.js';
import { words } from './white-space.js';

export interface MeteorExactOptions {
  /** How much precision weighs beside recall, 0 to 1. */
  readonly alpha?: number;
  /** How steeply the penalty grows with fragments. */
  readonly beta?: number;
  /** The largest penalty. */
  readonly gamma?: number;
}

/**
 * METEOR with exact matches only, 0 to 1: the weighted harmonic mean of precision and recall of words, less a penalty for matches in
 * many pieces. Without stems and synonyms it is lower than the full METEOR and does not compare with it.
 *
 * The mean over texts; of several references the best counts. Words are what stands between white space, in lower case. Equal to
 * NLTK's with its other stages off.
 *
 * @example
 * const metrics = { meteor: meteorExact() };
 * @throws GenaiError unless `alpha` lies between 0 and 1.
 * @source Banerjee and Lavie 2005, "METEOR: an automatic metric for MT evaluation with improved correlation with human judgments",
 * section 2, whose numbers are the defaults; Lavie and Agarwal 2007 for `alpha`, `beta` and `gamma`.
 */
export function meteorExact({ alpha = 0.9, beta = 3, gamma = 0.5 }: MeteorExactOptions = {}): TextMetric<'meteor'> {
  if (!(alpha >= 0 && alpha <= 1)) throw new GenaiError(`meteorExact: alpha must be from 0 to 1, got ${alpha}.`);
  const scoreOf = (ours: readonly string[], theirs: readonly string[]): number => {
    const matches = align(ours, theirs);
    if (matches.length === 0) return 0;
    const [precision, recall] = [matches.length / ours.length, matches.length / theirs.length];
    const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
    return (1 - gamma * (chunks(matches) / matches.length) ** beta) * mean;
  };
  return {
    name: 'METEOR-exact',
    settings: { alpha, beta, gamma },
    measure: (hypothesis, references) => {
      const ours = words(hypothesis.toLowerCase());
      return Float64Array.of(1, Math.max(...references.map((one) => scoreOf(ours, words(one.toLowerCase())))));
    },
    score: ([count, sum]) => ({ meteor: { value: sum! / count!, better: 'higher' } }),
  };
}

/** Places of matching words, by their place in the hypothesis. From the end on, a word takes the last that is free. */
function align(ours: readonly string[], theirs: readonly string[]): [number, number][] {
  const places = new Map<string, number[]>();
  for (const [j, word] of theirs.entries()) {
    const known = places.get(word);
    if (known) known.push(j);
    else places.set(word, [j]);
  }
  const matches: [number, number][] = [];
  for (let i = ours.length - 1; i >= 0; i--) {
    const j = places.get(ours[i]!)?.pop();
    if (j !== undefined) matches.push([i, j]);
  }
  return matches.reverse();
}

/** Runs of matches that are neighbours in both. */
function chunks(matches: readonly [number, number][]): number {
  return matches.filter(([i, j], at) => {
    const before = matches[at - 1];
    return before?.[0] !== i - 1 || before[1] !== j - 1;
  }).length;
}
