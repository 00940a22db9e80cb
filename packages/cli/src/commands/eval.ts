import { resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { type Loaded, loadModel } from '../model/checkpoint.js';
import { FAMILIES } from '../model/families.js';
import { type MeasuredModel, measureModel } from '../model/measure-model.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { evaluationPage } from '../report/evaluation-page.js';
import { type Exhibit, exhibitOf } from '../report/exhibit.js';
import { SHOWN_TEXTS } from '../report/sample-sections.js';
import { scoreLines } from '../report/score-lines.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';
import { numbersOf } from './eval-numbers.js';
import { evaluationOfTexts, isTextFile } from './eval-texts.js';
import { heldOut } from './held-out.js';
import { expectScored, writeScores } from './write-scores.js';

export interface EvalCommandOptions {
  /** What train or demo wrote; or a file of texts, a line each, whose references are the lines of `data`. */
  readonly folder: string;
  /** More models that are measured on the same data. */
  readonly others?: readonly string[];
  readonly data: string;
  readonly download?: boolean;
  readonly metrics?: string;
  readonly count?: number;
  readonly samples: number;
  readonly batch: number;
  readonly drawn?: number;
  readonly bootstrap?: number;
  /** Where the page is written. */
  readonly report?: string;
  /** Of a model of tables: where every row is written with its −log p. */
  readonly scores?: string;
  readonly seed: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai eval`: measures models on the held-out part of some data, and compares them on a page; or files of texts beside references. */
export async function evaluation(options: EvalCommandOptions, io: Io): Promise<Outcome> {
  const { data: spec, report, samples, batch, drawn, bootstrap, seed } = options;
  const folders = [options.folder, ...(options.others ?? [])];
  if (await isTextFile(options.folder, io)) return evaluationOfTexts(folders, options, io);
  const asked = askedNames(options.metrics);
  const engine = engineLabel(await startEngine(options.backend));
  const models: Loaded[] = [];
  try {
    for (const folder of folders) models.push(await loadModel(resolve(io.cwd, folder), folder));
    const scored = options.scores === undefined ? undefined : expectScored(options.scores, models, folders);
    const names = namesFor(models, asked, report !== undefined);
    const { data, count } = await heldOut(models, folders, options, io);
    const measured: MeasuredModel[] = [];
    const exhibits: Exhibit[] = [];
    for (const [i, model] of models.entries()) {
      if (folders.length > 1 || report !== undefined) io.stderr.write(`measuring ${folders[i]}\n`);
      const found = await measureModel(model, data, {
        ...{ names: names[i]!, samples, batch, drawn, bootstrap, key: key(seed), signal: io.signal },
        ...(report !== undefined && { texts: SHOWN_TEXTS, lenient: asked === undefined }),
      });
      measured.push(found);
      for (const note of found.notes) io.stderr.write(`left out of ${folders[i]}: ${note}\n`);
      if (report === undefined) continue;
      const path = resolve(io.cwd, folders[i]!);
      exhibits.push(await exhibitOf(model, data, found, { folder: folders[i]!, path, key: key(seed) }));
    }
    if (scored) await writeScores(scored, options, io);
    if (report !== undefined) {
      await writeAtomically(resolve(io.cwd, report), evaluationPage(exhibits, { spec, count, engine, seed }));
    }
    if (!options.json) io.stdout.write(scoreLines(folders, measured, count));
    if (!options.json && report !== undefined)
      io.stdout.write(`${report}: ${models.length} ${models.length === 1 ? 'model' : 'models'}\n`);
    if (scored && !options.json) io.stdout.write(`${options.scores}: each row with its −log p in nats, column nll\n`);
    const [first] = measured as [MeasuredModel, ...MeasuredModel[]];
    const files = [report, options.scores].filter((file) => file !== undefined);
    const all = folders.map((folder, i) => ({ folder, ...numbersOf(measured[i]!) }));
    const { metrics, ...numbers } = numbersOf(first);
    return {
      metrics,
      ...(files.length > 0 && { files }),
      details: { engine, ...numbers, examples: count, samples, ...(all.length > 1 && { models: all }) },
    };
  } finally {
    for (const { params } of models) disposeTree(params);
  }
}

/** What `--metrics` lists, each known to some family. */
function askedNames(list: string | undefined): readonly string[] | undefined {
  const known = [...new Set(FAMILIES.flatMap(({ metrics, more }) => [...metrics, ...more]))];
  return list?.split(',').map((text) => {
    const name = text.trim();
    if (!known.includes(name)) throw new UsageError(`unknown metric "${name}". ${suggest(name, known)}`);
    return name;
  });
}

/** What is measured of each model: what was asked for as far as it is known for it; `everything` is what can be. */
function namesFor(
  models: readonly Loaded[],
  asked: readonly string[] | undefined,
  everything: boolean,
): readonly (readonly string[])[] {
  const families = models.map(({ config }) => FAMILIES.find(({ name }) => name === config.family)!);
  const known = families.map(({ metrics, more }) => [...metrics, ...more]);
  const wrong = asked?.find((name) => !known.some((names) => names.includes(name)));
  if (wrong !== undefined) {
    const presets = [...new Set(models.map(({ config }) => config.preset))];
    throw new UsageError(
      `${wrong} cannot be measured of ${presets.join(', ')}. Known for it: ${[...new Set(known.flat())].join(', ')}.`,
    );
  }
  if (asked) return known.map((names) => asked.filter((name) => names.includes(name)));
  return everything ? known : families.map(({ metrics }) => metrics);
}
