import { GenaiError } from '@genai/core';
import { commonSubsequence, commonSubsequenceLength } from './common-subsequence.js';
import { ngramCounts, shared } from './ngrams.js';
import type { TextMetric } from './text-metric.js';

/** N-grams of 1 to 9 words; the longest common subsequence of the texts, or of their lines. */
export type RougeType = `rouge${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | 'rougeL' | 'rougeLsum';

export interface RougeOptions<T extends RougeType> {
  readonly types?: readonly T[];
  /** Makes words of more than three letters their stems: `porterStem`, or one of another language. */
  readonly stem?: (word: string) => string;
}

/**
 * ROUGE, 0 to 1: the F-score of n-grams or of the longest common subsequence, for summaries; its precision and recall beside it. Equal
 * to Google's `rouge_score`: lower case, only a to z and digits are words.
 *
 * The mean over texts; of several references the one with the best F-score counts. `rougeLsum` takes lines for sentences: put a
 * line feed between them.
 *
 * @example
 * const { rouge: found } = await scoreTexts({ hypotheses, references, metrics: { rouge: rouge({ stem: porterStem }) } });
 * console.log(found.figures.rouge2.value, found.figures.rouge2Recall.value);
 * @throws GenaiError if a type is asked for twice.
 * @source Lin 2004, "ROUGE: a package for automatic evaluation of summaries", eq. 1 to 7.
 */
export function rouge<T extends RougeType = 'rouge1' | 'rouge2' | 'rougeL' | 'rougeLsum'>({
  types = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as unknown as T[],
  stem,
}: RougeOptions<T> = {}): TextMetric<T | `${T}Precision` | `${T}Recall`> {
  if (new Set(types).size < types.length)
    throw new GenaiError(`rouge: got ${types.join(', ')}, expected each type once.`);
  const linesOf = (text: string): string[][] => text.split('\n').map((line) => tokens(line, stem));
  return {
    name: 'ROUGE',
    settings: { types: types.join(','), stem: stem ? 'yes' : 'no' },
    // The number of texts, then of each type the sums of precision, recall and F-score.
    measure: (hypothesis, references) => {
      const lines = linesOf(hypothesis);
      const others = references.map(linesOf);
      const best = types.map((type) =>
        others
          .map((reference) => scoreOf(type, lines, reference))
          .reduce((first, second) => (second.fScore > first.fScore ? second : first)),
      );
      return Float64Array.of(1, ...best.flatMap(({ precision, recall, fScore }) => [precision, recall, fScore]));
    },
    score: (total) => {
      const figure = (i: number) => ({ value: total[i]! / total[0]!, better: 'higher' }) as const;
      const entries = types.flatMap((type, i) => [
        [type, figure(3 * i + 3)],
        [`${type}Precision`, figure(3 * i + 1)],
        [`${type}Recall`, figure(3 * i + 2)],
      ]);
      return Object.fromEntries(entries);
    },
  };
}

type Lines = readonly (readonly string[])[];
type RougeScore = { readonly precision: number; readonly recall: number; readonly fScore: number };

function scoreOf(type: RougeType, hypothesis: Lines, reference: Lines): RougeScore {
  if (type === 'rougeLsum') return fScore(unionHits(hypothesis, reference), size(hypothesis), size(reference));
  const [words, others] = [hypothesis.flat(), reference.flat()];
  if (type === 'rougeL') return fScore(commonSubsequenceLength(words, others), words.length, others.length);
  const n = Number(type.slice('rouge'.length));
  const hits = shared(ngramCounts(words, n), ngramCounts(others, n));
  return fScore(hits, Math.max(0, words.length - n + 1), Math.max(0, others.length - n + 1));
}

/**
 * Words of the reference's lines that stand in a common subsequence with some line of the hypothesis, no word more often than in
 * either text. Lin 2004, section 3.2.
 */
function unionHits(hypothesis: Lines, reference: Lines): number {
  const left = [ngramCounts(hypothesis.flat(), 1), ngramCounts(reference.flat(), 1)];
  let hits = 0;
  for (const line of reference) {
    const union = new Set(hypothesis.flatMap((words) => commonSubsequence(words, line)));
    for (const place of union) {
      const word = line[place]!;
      if (left.some((counts) => !counts.get(word))) continue;
      for (const counts of left) counts.set(word, counts.get(word)! - 1);
      hits++;
    }
  }
  return hits;
}

function fScore(hits: number, ours: number, theirs: number): RougeScore {
  if (hits === 0) return { precision: 0, recall: 0, fScore: 0 };
  // 2 P R / (P + R), without rounding that would tell equal ones apart.
  return { precision: hits / ours, recall: hits / theirs, fScore: (2 * hits) / (ours + theirs) };
}

function tokens(line: string, stem: RougeOptions<RougeType>['stem']): string[] {
  const found = line.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stem ? found.map((word) => (word.length > 3 ? stem(word) : word)).filter((word) => word !== '') : found;
}

function size(lines: Lines): number {
  return lines.reduce((total, { length }) => total + length, 0);
}
