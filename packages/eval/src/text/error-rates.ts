import type { TextMetric } from './text-metric.js';
import { words } from './white-space.js';

/**
 * Word error rate: words inserted, deleted and replaced, over the words of the reference. Lower is better, above 1 is possible.
 *
 * A word is what stands between white space, as it is: clean texts before where case and marks shall not count. Over a corpus edits
 * and words are added up. Of several references the one with the lowest rate counts.
 *
 * @example
 * const metrics = { wer: wordErrorRate(), cer: characterErrorRate() };
 * @source Levenshtein 1966, "Binary codes capable of correcting deletions, insertions, and reversals".
 */
export function wordErrorRate(): TextMetric<'errorRate'> {
  return errorRate('WER', words);
}

/** Character error rate: the same of code points, white space included. */
export function characterErrorRate(): TextMetric<'errorRate'> {
  return errorRate('CER', (text) => [...text]);
}

function errorRate(name: string, cut: (text: string) => string[]): TextMetric<'errorRate'> {
  const rate = (edits: number, length: number): number => (length > 0 ? edits / length : edits > 0 ? 1 : 0);
  return {
    name,
    settings: { case: 'mixed' },
    measure: (hypothesis, references) => {
      const ours = cut(hypothesis);
      const found = references.map(cut).map((theirs) => ({ edits: edits(ours, theirs), length: theirs.length }));
      const best = found.reduce((first, second) =>
        rate(second.edits, second.length) < rate(first.edits, first.length) ? second : first,
      );
      return Float64Array.of(best.edits, best.length);
    },
    score: ([edits, length]) => ({ errorRate: { value: rate(edits!, length!), better: 'lower' } }),
  };
}

/** The Levenshtein distance, a row of its table at a time. */
function edits(a: readonly string[], b: readonly string[]): number {
  const row = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(replaced, diagonal + 1, row[j - 1]! + 1);
    }
  }
  return row[b.length]!;
}
