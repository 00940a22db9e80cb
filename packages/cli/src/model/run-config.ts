import { resolve } from 'node:path';
import { textFile } from '@genai/data/node';
import type { Io } from '../io.js';
import { withoutColumns } from '../table-data.js';
import { UsageError } from '../usage-error.js';
import { configReader } from './config-reader.js';
import { dataKind, type RunData } from './data-kind.js';
import { describeModel, FIELDS } from './families.js';
import type { DataConfig, Described, DescribedText, OpenedTokenizer } from './family.js';
import { listedNames } from './listed-names.js';
import { merged } from './merged.js';
import { preset } from './presets.js';
import type { OpenTokenizer } from './text/kept-tokenizer.js';
import { versions } from './versions.js';

/** What the command line says about a run. */
export interface RunOptions {
  readonly model?: string;
  readonly data?: string;
  readonly out: string;
  readonly config?: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  /** Of models of tables: columns that the others are conditioned on, with commas between. */
  readonly given?: string;
  /** Of models of tables: columns that are left out, with commas between. */
  readonly without?: string;
}

/** Opens the data, which takes time: called once the words of the command line are known to be right. */
export type Open<D extends { readonly data: RunData }> = (spec: string, reads: Described['reads']) => Promise<D>;

/** The description of a run that is to begin: the preset, changed by `--config`, changed by the flags. */
export async function beginning<D extends { readonly data: RunData }>(
  options: RunOptions,
  io: Io,
  open: Open<D>,
): Promise<D & { described: Described }> {
  const { model, data: spec } = options;
  if (model === undefined) {
    throw new UsageError(`${options.out} holds no run to go on with. Name a model to begin one, for example vae-conv.`);
  }
  const { reads } = preset(model);
  const kind = dataKind(reads);
  if (spec === undefined) throw new UsageError(`no data given. Add --data ${kind.example}, for example.`);
  const forData = await describer(options, model, io.cwd);
  const before = await forData(kind.unknown(spec)); // what is wrong in the file is said before the data is read
  const opened = await open(spec, reads);
  const left = listed(options.without);
  const data = left && opened.data.kind === 'table' ? withoutColumns(opened.data, spec, left) : opened.data;
  const described = await forData(await kind.configOf(spec, data, before));
  kind.expectEnough(spec, data, described);
  return { ...opened, data, described };
}

/**
 * The description of a run that goes on; what the command line repeats must be the same. Only the number of steps may be
 * another.
 */
export async function goingOn<D extends { readonly data: RunData }>(
  options: RunOptions,
  kept: Described,
  io: Io,
  open: Open<D>,
): Promise<D & { described: Described }> {
  const { training, data, preset: model } = kept.config;
  const repeated: readonly (readonly [flag: string, given: unknown, kept: unknown])[] = [
    ['the model', options.model, model],
    ['--data', options.data, data.spec],
    ['--seed', options.seed, training.seed],
    ['--batch', options.batch, training.batch],
    ['--learning-rate', options.learningRate, training.learningRate],
    [
      '--given',
      listed(options.given)?.join(','),
      (kept.config.parts as { given?: readonly string[] }).given?.join(','),
    ],
  ];
  for (const [flag, given, before] of repeated) {
    if (given !== undefined && given !== before) {
      throw new UsageError(
        `${options.out} was begun with ${flag} ${before}, not ${given}. Leave it out to go on, or choose another --out.`,
      );
    }
  }
  const taken = listed(options.without)?.find(
    (name) => 'table' in data && data.table.columns.some((column) => column.name === name),
  );
  if (taken !== undefined) {
    throw new UsageError(
      `${options.out} was begun with column "${taken}". Leave --without out to go on, or choose another --out.`,
    );
  }
  const { steps = training.steps } = options;
  const same = async (): Promise<OpenedTokenizer> => kept as DescribedText;
  const described = await describeModel(options.out, { ...kept.config, training: { ...training, steps } }, same);
  if (options.config !== undefined) {
    const { config: again } = await (await describer({ ...options, steps }, model, io.cwd))(data, same);
    const { config } = described;
    if (JSON.stringify([again.parts, again.training]) !== JSON.stringify([config.parts, config.training])) {
      throw new UsageError(
        `${options.out} was begun with other settings than ${options.config} has. Leave --config out to go on, or choose another --out.`,
      );
    }
  }
  const opened = await open(data.spec, described.reads);
  await dataKind(described.reads).expectSame(options.out, opened.data, described);
  return { ...opened, described };
}

/** The description of a run that begins from a model of text without one, such as a model that was imported. */
export async function tuning<D extends { readonly data: RunData }>(
  { out, data: spec, config: path, steps, batch, learningRate, seed }: RunOptions,
  kept: DescribedText,
  open: Open<D>,
): Promise<D & { described: Described }> {
  if (spec === undefined) throw new UsageError(`${out} holds a model without a run. Add --data FILE to train it on.`);
  if (path !== undefined) {
    throw new UsageError(`${out} holds a model that is as it is. Leave --config out, and change its config.json.`);
  }
  const flags = Object.entries({ steps, batch, learningRate, seed }).filter(([, value]) => value !== undefined);
  const { config } = kept;
  const changed = {
    ...config,
    data: { ...config.data, spec },
    training: { ...config.training, ...Object.fromEntries(flags) },
  };
  const described = await describeModel(out, changed, async () => kept);
  const opened = await open(spec, kept.reads);
  dataKind(kept.reads).expectEnough(spec, opened.data, described);
  return { ...opened, described };
}

/** What preset, file and flags say together, once the data are known. */
async function describer(
  { config: path, seed, batch, learningRate, steps, given, without }: RunOptions,
  model: string,
  cwd: string,
): Promise<(data: DataConfig, open?: OpenTokenizer) => Promise<Described>> {
  const { family, parts, training } = preset(model);
  const file = path === undefined ? { parts: {}, training: {} } : await overrides(path, cwd, family);
  const flags = Object.entries({ seed, batch, learningRate, steps }).filter(([, value]) => value !== undefined);
  const columns = listed(given);
  if (family !== 'table') {
    for (const [flag, value] of Object.entries({ given, without })) {
      if (value !== undefined) throw new UsageError(`${model} reads no table. Leave --${flag} out.`);
    }
  }
  const anotherKind = 'kind' in file.parts && 'kind' in parts && file.parts.kind !== parts.kind;
  return (data, open) => {
    const config = {
      family,
      preset: model,
      // Those of another kind are given whole.
      parts: { ...(anotherKind ? file.parts : merged(parts, file.parts)), ...(columns && { given: columns }) },
      data,
      training: { ...merged(training, file.training), ...Object.fromEntries(flags) },
      versions: versions(),
    };
    return describeModel(path ?? 'the configuration', config, open);
  };
}

/** What a file named by `--config` may change, still untyped: `describeModel` checks the whole. */
async function overrides(path: string, cwd: string, family: string): Promise<{ parts: object; training: object }> {
  const text = await textFile(resolve(cwd, path), { limit: MOST_BYTES }).catch((cause: Error) => {
    throw new UsageError(`cannot read --config ${path}: ${cause.message}`, { cause });
  });
  const value = parsed(path, text);
  const top = configReader(path, value, FIELDS);
  if (top.has('family')) top.oneOf('family', [family]);
  const part = (name: 'parts' | 'training'): object => (top.has(name) ? top.object(name) : {});
  return { parts: part('parts'), training: part('training') };
}

function listed(text: string | undefined): string[] | undefined {
  return text === undefined ? undefined : listedNames(text);
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** More than a configuration can need. */
const MOST_BYTES = 2 ** 20;
