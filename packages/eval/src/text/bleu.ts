import { expectIntegers, GenaiError } from '@genai/core';
import type { Figures } from '../figure.js';
import { type BleuTokenizer, bleuTokenizers } from './bleu-tokenizers.js';
import { ngramCounts, shared } from './ngrams.js';
import type { TextMetric } from './text-metric.js';
import { trimmedEnd } from './white-space.js';

export interface BleuOptions {
  /** How lines are cut: `13a` for Western languages, `zh` for Chinese, `none` for what is cut already, at white space. */
  readonly tokenize?: BleuTokenizer;
  readonly lowercase?: boolean;
  /** How precisions without a match count: as ½, ¼, … of a match (`exp`), as `smoothValue` (`floor`), or by adding it everywhere. */
  readonly smooth?: 'exp' | 'floor' | 'add-k' | 'none';
  /** The count of `floor`, 0.1 unless given, or of `add-k`, 1. */
  readonly smoothValue?: number;
  /** The longest n-grams. */
  readonly maxOrder?: number;
  /** Only orders that the hypothesis is long enough for: for sentences. */
  readonly effectiveOrder?: boolean;
}

/** What {@link bleu} gives; `precision1` to `precision4` stand for the orders. */
export type BleuFigure = 'bleu' | 'brevityPenalty' | 'lengthRatio' | `precision${number}`;

/**
 * BLEU, 0 to 100: the geometric mean of the precisions of n-grams up to `maxOrder`, times a penalty for being shorter than the
 * references. Equal to sacrebleu's to the last printed digit, and with its signature.
 *
 * @example
 * const { bleu: found } = await scoreTexts({ hypotheses, references, metrics: { bleu: bleu() } });
 * console.log(found.figures.bleu.value.toFixed(2), found.signature);
 * @throws GenaiError unless `maxOrder` is a positive integer, `smoothValue` at least 0 and the tokenizer known.
 * @source Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation", section 2.3; Chen and Cherry 2014,
 * "A systematic comparison of smoothing techniques for sentence-level BLEU", methods 1 to 3; Post 2018, "A call for clarity in
 * reporting BLEU scores".
 */
export function bleu({
  tokenize = '13a',
  lowercase = false,
  smooth = 'exp',
  smoothValue = smooth === 'floor' ? 0.1 : 1,
  maxOrder = 4,
  effectiveOrder = false,
}: BleuOptions = {}): TextMetric<BleuFigure> {
  expectIntegers('bleu', { maxOrder });
  if (!(smoothValue >= 0)) throw new GenaiError(`bleu: smoothValue must be at least 0, got ${smoothValue}.`);
  const cut = bleuTokenizers[tokenize];
  if (!cut) {
    const known = Object.keys(bleuTokenizers).join(', ');
    throw new GenaiError(
      `bleu: got the tokenizer ${tokenize}, expected one of ${known}. Or cut texts before, with none.`,
    );
  }
  const tokensOf = (line: string): string[] => cut(trimmedEnd(lowercase ? line.toLowerCase() : line));
  const bracket = smooth === 'floor' || smooth === 'add-k' ? `[${smoothValue.toFixed(2)}]` : '';
  return {
    name: 'BLEU',
    settings: {
      case: lowercase ? 'lc' : 'mixed',
      eff: effectiveOrder ? 'yes' : 'no',
      tok: tokenize,
      smooth: `${smooth}${bracket}`,
      ...(maxOrder !== 4 && { order: maxOrder }), // sacrebleu's signature is silent about it
    },
    measure: (hypothesis, references) => statistics(tokensOf(hypothesis), references.map(tokensOf), maxOrder),
    score: (total) => figures(total, { smooth, smoothValue, maxOrder, effectiveOrder }),
  };
}

/** Length, length of the nearest reference, then of each order the n-grams that are right, then of each order all. */
function statistics(hypothesis: readonly string[], references: readonly string[][], orders: number): Float64Array {
  const found = new Float64Array(2 + 2 * orders);
  found[0] = hypothesis.length;
  found[1] = nearest(
    hypothesis.length,
    references.map(({ length }) => length),
  );
  for (let n = 1; n <= orders; n++) {
    const most = new Map<string, number>();
    for (const reference of references) {
      for (const [ngram, count] of ngramCounts(reference, n)) most.set(ngram, Math.max(most.get(ngram) ?? 0, count));
    }
    found[1 + n] = shared(ngramCounts(hypothesis, n), most);
    found[1 + orders + n] = Math.max(0, hypothesis.length - n + 1);
  }
  return found;
}

/** Of two as near the shorter. */
function nearest(length: number, others: readonly number[]): number {
  return others.reduce((best, other) => {
    const closer = Math.abs(other - length) - Math.abs(best - length);
    return closer < 0 || (closer === 0 && other < best) ? other : best;
  });
}

type Scoring = Required<Pick<BleuOptions, 'smooth' | 'smoothValue' | 'maxOrder' | 'effectiveOrder'>>;

function figures(total: Float64Array, { smooth, smoothValue, maxOrder, effectiveOrder }: Scoring): Figures<BleuFigure> {
  const [length, reference] = [total[0]!, total[1]!];
  const right = total.slice(2, 2 + maxOrder);
  const all = total.slice(2 + maxOrder);
  const precisions = new Float64Array(maxOrder);
  const penalty = length >= reference ? 1 : length > 0 ? Math.exp(1 - reference / length) : 0;
  let orders = maxOrder;
  if (right.some((count) => count > 0)) {
    let half = 1;
    for (let n = 0; n < maxOrder; n++) {
      const added = smooth === 'add-k' && n > 0 ? smoothValue : 0;
      const [hits, tries] = [right[n]! + added, all[n]! + added];
      if (tries === 0) break;
      if (effectiveOrder) orders = n + 1;
      if (hits > 0) {
        precisions[n] = (100 * hits) / tries;
      } else if (smooth === 'exp') {
        half /= 2;
        precisions[n] = (100 * half) / tries;
      } else if (smooth === 'floor') {
        precisions[n] = (100 * smoothValue) / tries;
      }
    }
  } else {
    orders = 0;
  }
  const logs = precisions.slice(0, orders).reduce((sum, precision) => sum + Math.log(precision), 0);
  return {
    bleu: { value: orders === 0 ? 0 : penalty * Math.exp(logs / orders), unit: '%', better: 'higher' },
    brevityPenalty: { value: penalty, better: 'higher' },
    lengthRatio: { value: reference > 0 ? length / reference : 0 },
    ...Object.fromEntries(
      Array.from(precisions, (value, n) => [`precision${n + 1}`, { value, unit: '%', better: 'higher' }]),
    ),
  };
}
