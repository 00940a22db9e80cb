import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { key } from '@genai/core';
import {
  bleu,
  type ComparedText,
  characterErrorRate,
  chrf,
  compareTexts,
  meteorExact,
  rouge,
  scoreTexts,
  type TextMetric,
  type TextScore,
  ter,
  wordErrorRate,
} from '@genai/eval';
import type { Io } from '../io.js';
import type { Measured, Measurement } from '../model/trainable.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { number } from '../progress.js';
import { scoreLines } from '../report/score-lines.js';
import { UsageError } from '../usage-error.js';
import { numbersOf } from './eval-numbers.js';
import { TEXT_METRICS, type TextMetricName } from './text-metric-names.js';

export interface EvaluateTextsOptions {
  /** The file of references. */
  readonly data: string;
  readonly metrics?: string;
  /** Only the first so many lines. */
  readonly count?: number;
  readonly bootstrap?: number;
  readonly drawn?: number;
  readonly report?: string;
  readonly seed: number;
  readonly json?: boolean;
}

/** What was measured of one file; p-values beside the first one, where there are resamples of several. */
type MeasuredTexts = Measured & { readonly pValues?: { readonly [name: string]: number } };

/** Metrics by their names here, and their figures that are shown. */
const KNOWN: {
  readonly [N in TextMetricName]: {
    readonly metric: () => TextMetric;
    readonly figures: { readonly [name: string]: string };
  };
} = {
  bleu: { metric: bleu, figures: { bleu: 'bleu' } },
  chrf: { metric: chrf, figures: { chrf: 'chrf' } },
  'chrf++': { metric: () => chrf({ wordOrder: 2 }), figures: { 'chrf++': 'chrf' } },
  ter: { metric: ter, figures: { ter: 'ter' } },
  rouge: { metric: rouge, figures: { rouge1: 'rouge1', rouge2: 'rouge2', rougeL: 'rougeL' } },
  meteor: { metric: meteorExact, figures: { meteor: 'meteor' } },
  wer: { metric: wordErrorRate, figures: { wer: 'errorRate' } },
  cer: { metric: characterErrorRate, figures: { cer: 'errorRate' } },
};
/** What sacrebleu measures: the rest if asked. */
const USUAL = TEXT_METRICS.slice(0, 3).join(',');

/** Whether a path that `genai eval` was given names a file, which then holds texts. */
export async function isTextFile(path: string, { cwd }: Io): Promise<boolean> {
  const found = await stat(resolve(cwd, path)).catch(() => undefined);
  return found?.isFile() ?? false;
}

/**
 * `genai eval` of files of texts, a line each, beside the lines of a file of references: BLEU, chrF and their like; with `--bootstrap`
 * their 95 % intervals, and of several files how likely the differences from the first are by chance.
 */
export async function evaluationOfTexts(
  files: readonly string[],
  options: EvaluateTextsOptions,
  io: Io,
): Promise<Outcome> {
  const { data, bootstrap: rounds, seed } = options;
  if (options.report !== undefined) throw new UsageError('--report compares models, not files. Leave it out.');
  if (options.drawn !== undefined) throw new UsageError('--drawn is of models, which are drawn from. Leave it out.');
  const names = askedNames(options.metrics ?? USUAL);
  const references = await linesOf(data, options.count, io);
  const texts: (readonly string[])[] = [];
  for (const file of files) {
    const lines = await linesOf(file, options.count, io);
    if (lines.length !== references.length) {
      throw new UsageError(
        `${file} has ${lines.length} lines, the references in ${data} ${references.length}. Give a reference for each line.`,
      );
    }
    texts.push(lines);
  }
  const metrics = Object.fromEntries(names.map((name) => [name, KNOWN[name].metric()]));
  const bootstrap = rounds === undefined ? undefined : { key: key(seed), rounds };
  const common = { references, metrics, signal: io.signal };
  const measured: MeasuredTexts[] = [];
  if (bootstrap && texts.length > 1) {
    const [baseline, ...others] = texts as [readonly string[], ...(readonly string[])[]];
    const systems = Object.fromEntries(others.map((lines, i) => [String(i), lines]));
    const found = await compareTexts({ ...common, bootstrap, baseline, systems });
    measured.push(shownOf(names, found.baseline));
    for (const i of others.keys()) measured.push(shownOf(names, found.systems[String(i)]!));
  } else {
    for (const hypotheses of texts) {
      measured.push(shownOf(names, await scoreTexts({ ...common, hypotheses, ...(bootstrap && { bootstrap }) })));
    }
  }
  if (!options.json) {
    const models = measured.map((found) => ({ ...found, notes: [] }));
    io.stdout.write(scoreLines(files, models, references.length) + pValueLines(files, measured));
  }
  const all = files.map((file, i) => {
    const { pValues } = measured[i]!;
    return { file, ...numbersOf(measured[i]!), ...(pValues && { pValues }) };
  });
  const { file: _, metrics: found, ...numbers } = all[0]!;
  return {
    metrics: found,
    details: { ...numbers, lines: references.length, references: data, ...(all.length > 1 && { files: all }) },
  };
}

/** The figures that are shown of scores, whose signatures tell the rounds and the seed of the resamples. */
function shownOf(
  names: readonly TextMetricName[],
  scores: { readonly [name: string]: TextScore | ComparedText },
): MeasuredTexts {
  const shown = names.flatMap((name) =>
    Object.entries(KNOWN[name].figures).map(([as, figure]) => ({ as, figure, score: scores[name]! })),
  );
  const measurements = shown.map(({ as, figure, score }): [string, Measurement] => {
    const { value, unit = '', interval } = score.figures[figure]!;
    return [as, { mean: value, unit, ...(interval && { interval }) }];
  });
  const pValues = shown.flatMap(({ as, figure, score }) =>
    'pValues' in score ? [[as, score.pValues[figure]!] as const] : [],
  );
  return {
    scores: Object.fromEntries(measurements),
    signatures: Object.fromEntries(shown.map(({ as, score }) => [as, score.signature])),
    ...(pValues.length > 0 && { pValues: Object.fromEntries(pValues) }),
  };
}

function pValueLines(files: readonly string[], measured: readonly MeasuredTexts[]): string {
  return measured
    .flatMap(({ pValues = {} }, i) =>
      Object.entries(pValues).map(
        ([name, p]) => `${files[i]} differs from ${files[0]} by chance: p = ${number(p)} of ${name}\n`,
      ),
    )
    .join('');
}

function askedNames(list: string): readonly TextMetricName[] {
  return list.split(',').map((text) => {
    const name = text.trim();
    const known = TEXT_METRICS.find((one) => one === name);
    if (known) return known;
    throw new UsageError(`${name} cannot be measured of texts beside references. ${suggest(name, TEXT_METRICS)}`);
  });
}

/** The first `count` lines of a file of UTF-8, all of them unless given. The end of the last need not be marked. */
async function linesOf(path: string, count: number | undefined, { cwd }: Io): Promise<readonly string[]> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((cause: Error) => {
    throw new UsageError(`cannot read the texts ${path}: ${cause.message}`, { cause });
  });
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new UsageError(`${path} holds no line. Give texts, a line each.`);
  if (count !== undefined && count > lines.length) {
    throw new UsageError(`--count ${count} is more than the ${lines.length} lines of ${path}.`);
  }
  return lines.slice(0, count);
}
