import type { BootstrapOptions } from '../bootstrap.js';
import { breathing } from '../breathing.js';
import { MeasuredTexts, presentReferences, Rounds, resample, type TextMetrics } from './measured-texts.js';
import { expectResampling, type TextScore, type TextScores, withIntervals } from './score-texts.js';
import type { References, TextMetric } from './text-metric.js';
import { textSignature } from './text-signature.js';
import { type Lines, together } from './together.js';

export interface CompareTextsOptions<M extends TextMetrics, S extends string> {
  /** The texts of the system that the others are compared with. */
  readonly baseline: Lines;
  /** The texts of the others, by name. */
  readonly systems: { readonly [name in S]: Lines };
  /** What belongs to each line: one reference or several. */
  readonly references: Lines<References>;
  readonly metrics: M;
  readonly bootstrap: BootstrapOptions;
  /** Stops: rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What was found of one metric and a system beside the baseline. */
export interface ComparedText<N extends string = string> extends TextScore<N> {
  /** For each figure: how likely a difference from the baseline this large is, were there none. */
  readonly pValues: { readonly [name in N]: number };
}

export interface TextComparison<M extends TextMetrics, S extends string> {
  readonly baseline: TextScores<M>;
  readonly systems: {
    readonly [system in S]: {
      readonly [name in keyof M]: M[name] extends TextMetric<infer N> ? ComparedText<N> : never;
    };
  };
}

/**
 * Compares systems with a baseline on the same sentences by paired bootstrap: every resample draws the same sentences of all, so
 * that what makes sentences easy or hard does not count.
 *
 * The p-value is two-sided: (k + 1) / (n + 1), where in k of n resamples the absolute difference exceeds its mean by more than the
 * difference found. As sacrebleu's `--paired-bs`, with the randomness of `bootstrap.key`.
 *
 * @example
 * const options = { references, metrics: { bleu: bleu() }, bootstrap: { key: key(0) } };
 * const { systems } = await compareTexts({ baseline, systems: { ours }, ...options });
 * console.log(systems.ours.bleu.figures.bleu.value, systems.ours.bleu.pValues.bleu);
 * @throws GenaiError unless all have as many lines.
 * @source Koehn 2004, "Statistical significance tests for machine translation evaluation"; Riezler and Maxwell 2005, "On
 * some pitfalls in automatic evaluation and significance testing for MT".
 */
export async function compareTexts<const M extends TextMetrics, const S extends string>({
  baseline,
  systems,
  references,
  metrics,
  bootstrap: { key, rounds = 1_000, level = 0.95 },
  signal,
}: CompareTextsOptions<M, S>): Promise<TextComparison<M, S>> {
  expectResampling('compareTexts', rounds, level);
  const names = Object.keys(systems) as S[];
  const [first, ...others] = [BASELINE, ...names.map(labelOf)].map((label) => ({
    label,
    measured: new MeasuredTexts(metrics, true),
    resampled: new Rounds(rounds),
  }));
  const all = [first!, ...others];
  const referenceCounts = new Set<number>();
  const breath = breathing(signal);
  let count = 0;
  const hypotheses = Object.fromEntries(names.map((name) => [labelOf(name), systems[name]]));
  const streams: { [label: string]: Lines<References> } = { [BASELINE]: baseline, ...hypotheses, references };
  for await (const line of together<{ [label: string]: References }>('compareTexts', streams)) {
    const present = presentReferences('compareTexts', line.references!, count++);
    referenceCounts.add(present.length);
    for (const { label, measured } of all) measured.add(line[label] as string, present);
    if (breath.due()) await breath.take();
  }
  await resample({ key, rounds, count, signal }, (drawn, round) => {
    for (const { measured, resampled } of all) resampled.note(round, measured.resampled(drawn));
  });
  const scoresOf = ({ measured, resampled }: (typeof all)[number]): [string, TextScore][] =>
    measured.figures().map(([name, figures]) => [
      name,
      {
        figures: withIntervals(figures, (figure) => resampled.of(name, figure), level),
        signature: textSignature(metrics[name]!, referenceCounts, { key, rounds }),
      },
    ]);
  const ofBaseline = Object.fromEntries(scoresOf(first!));
  const compared = others.map((system) =>
    scoresOf(system).map(([name, score]): [string, ComparedText] => {
      const pValues = Object.entries(score.figures).map(([figure, { value }]) => {
        const difference = Math.abs(value - ofBaseline[name]!.figures[figure]!.value);
        const [values, beside] = [system.resampled.of(name, figure), first!.resampled.of(name, figure)];
        return [figure, pairedPValue(difference, values, beside)];
      });
      return [name, { ...score, pValues: Object.fromEntries(pValues) }];
    }),
  );
  return {
    baseline: ofBaseline,
    systems: Object.fromEntries(names.map((name, i) => [name, Object.fromEntries(compared[i]!)])),
  } as unknown as TextComparison<M, S>;
}

const BASELINE = 'baseline';

/** What errors call a system, so that none is taken for the baseline or the references. */
function labelOf(name: string): string {
  return `system ${name}`;
}

/** How often differences, shifted to a mean of 0, exceed the one that was found. */
function pairedPValue(found: number, values: Float64Array, baseline: Float64Array): number {
  const differences = values.map((value, i) => Math.abs(value - baseline[i]!));
  const mean = differences.reduce((total, difference) => total + difference, 0) / differences.length;
  const larger = differences.reduce((total, difference) => total + (difference - mean > found ? 1 : 0), 0);
  return (larger + 1) / (differences.length + 1);
}
