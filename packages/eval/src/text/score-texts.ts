import { expectIntegers, GenaiError } from '@genai/core';
import type { BootstrapOptions } from '../bootstrap.js';
import { breathing } from '../breathing.js';
import type { Figure, Figures } from '../figure.js';
import { percentiles } from '../percentiles.js';
import { MeasuredTexts, presentReferences, Rounds, resample, type TextMetrics } from './measured-texts.js';
import type { References, TextMetric } from './text-metric.js';
import { textSignature } from './text-signature.js';
import { type Lines, together } from './together.js';

export interface ScoreTextsOptions<M extends TextMetrics> {
  /** The texts to judge. */
  readonly hypotheses: Lines;
  /** What belongs to each of them: one reference or several. */
  readonly references: Lines<References>;
  /** What to measure, by the names that the scores shall have. */
  readonly metrics: M;
  /** Asks for confidence intervals by resampling sentences, 1,000 times unless told: as sacrebleu's `--confidence`. */
  readonly bootstrap?: BootstrapOptions;
  /** Stops: rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What was found of one metric. */
export interface TextScore<N extends string = string> {
  readonly figures: Figures<N>;
  /** What fixes the figures, in sacrebleu's form: figures with different signatures do not compare. */
  readonly signature: string;
}

/** Scores by the names of their metrics. */
export type TextScores<M extends TextMetrics> = {
  readonly [name in keyof M]: M[name] extends TextMetric<infer N> ? TextScore<N> : never;
};

/**
 * Scores texts beside references, in one pass.
 *
 * Streams are read line by line; only with `bootstrap` a few numbers of each sentence are kept.
 *
 * @example
 * const metrics = { bleu: bleu(), chrf: chrf(), ter: ter() };
 * const scores = await scoreTexts({ hypotheses, references, metrics, bootstrap: { key: key(12345) } });
 * const { value, interval } = scores.bleu.figures.bleu;
 * console.log(`${value.toFixed(2)} (${interval?.low} to ${interval?.high}) ${scores.bleu.signature}`);
 * @throws GenaiError unless there are as many references as hypotheses, at least one of each line.
 * @source Post 2018, "A call for clarity in reporting BLEU scores"; Koehn 2004, "Statistical significance tests for machine
 * translation evaluation", section 3.
 */
export async function scoreTexts<const M extends TextMetrics>({
  hypotheses,
  references,
  metrics,
  bootstrap,
  signal,
}: ScoreTextsOptions<M>): Promise<TextScores<M>> {
  const { rounds = 1_000, level = 0.95 } = bootstrap ?? {};
  expectResampling('scoreTexts', rounds, level);
  const measured = new MeasuredTexts(metrics, bootstrap !== undefined);
  const referenceCounts = new Set<number>();
  const breath = breathing(signal);
  let count = 0;
  for await (const line of together<{ hypotheses: string; references: References }>('scoreTexts', {
    hypotheses,
    references,
  })) {
    const present = presentReferences('scoreTexts', line.references, count++);
    referenceCounts.add(present.length);
    measured.add(line.hypotheses, present);
    if (breath.due()) await breath.take();
  }
  const resampled = new Rounds(rounds);
  if (bootstrap) {
    await resample({ key: bootstrap.key, rounds, count, signal }, (drawn, round) =>
      resampled.note(round, measured.resampled(drawn)),
    );
  }
  const scores = measured.figures().map(([name, figures]) => [
    name,
    {
      figures: bootstrap ? withIntervals(figures, (figure) => resampled.of(name, figure), level) : figures,
      signature: textSignature(metrics[name]!, referenceCounts, bootstrap && { key: bootstrap.key, rounds }),
    },
  ]);
  return Object.fromEntries(scores) as TextScores<M>;
}

/** Figures with the intervals that their resampled values give. */
export function withIntervals(figures: Figures, valuesOf: (figure: string) => Float64Array, level: number): Figures {
  const entries = Object.entries(figures).map(([name, figure]): [string, Figure] => [
    name,
    { ...figure, interval: percentiles(valuesOf(name).slice(), level) },
  ]);
  return Object.fromEntries(entries);
}

/** @throws GenaiError unless these are settings of a bootstrap. */
export function expectResampling(where: string, rounds: number, level: number): void {
  expectIntegers(where, { rounds });
  if (!(level > 0 && level < 1)) throw new GenaiError(`${where}: got level ${level}, expected one between 0 and 1.`);
}
