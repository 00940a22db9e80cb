import type { Figures } from '../figure.js';

/**
 * Something to measure about texts beside references, as a value: BLEU, chrF, word error rate.
 *
 * Each sentence is kept as a few numbers that add up, so that a corpus of any length is scored in one pass and resampled without
 * reading a sentence twice. {@link scoreTexts} and {@link compareTexts} run several metrics over one pass.
 *
 * @typeParam N - the names of the figures it gives.
 */
export interface TextMetric<N extends string = string> {
  /** A name without spaces, for signatures and tables: `BLEU`. */
  readonly name: string;
  /** All settings that change the figures, those left to their defaults included: they go into the signature. */
  readonly settings: { readonly [name: string]: string | number | boolean };
  /** The statistics of one sentence beside at least one reference; as many numbers for every sentence. */
  readonly measure: (hypothesis: string, references: readonly string[]) => Float64Array;
  /** The figures of a sum of statistics: of a corpus, or of one sentence alone, `score(measure(hypothesis, references))`. */
  readonly score: (total: Float64Array) => Figures<N>;
}

/**
 * What belongs to one hypothesis: its only reference, or several, of which missing ones are passed over.
 *
 * A reference that is there and empty counts.
 */
export type References = string | readonly (string | null | undefined)[];
