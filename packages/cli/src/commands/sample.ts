import { extname, resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import type { QuantisedBits } from '@genai/tensor';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { type Loaded, loadModel } from '../model/checkpoint.js';
import type { ImageConfig } from '../model/families.js';
import type { Outcome } from '../outcome.js';
import { gridPng } from '../render/grid-png.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';
import { sampleTable } from './sample-table.js';
import { expectTemperature, flagOf, sampleText, TEXT_OPTIONS, type TextSampleOptions } from './sample-text.js';

export interface SampleCommandOptions extends TextSampleOptions {
  readonly folder: string;
  /** Images, texts or rows. */
  readonly count?: number;
  /** A class, or `all` for a row of each. */
  readonly label?: number | 'all';
  /** `column=value`, for each column that a model of tables is given. */
  readonly given?: readonly string[];
  /** A file; texts and rows go to stdout without one. */
  readonly out?: string;
  readonly seed: number;
  /** Of the weights of a transformer; float32 unless given. */
  readonly bits?: QuantisedBits;
  readonly backend: string;
  readonly json?: boolean;
}

/** In one PNG file: more than can be looked at, and less than fills the memory. */
const MOST_PIXELS = 2 ** 24;

/** Images drawn unless told otherwise. */
const IMAGES = 64;

/** `genai sample`: draws images, of an autoencoder the means of p(x | z), and writes them as a grid; or texts, or rows. */
export async function sample(options: SampleCommandOptions, io: Io): Promise<Outcome> {
  const engine = engineLabel(await startEngine(options.backend));
  const loaded = await loadModel(resolve(io.cwd, options.folder), options.folder, options);
  try {
    if (loaded.reads === 'text') return await sampleText(loaded, options, { io, engine });
    if (loaded.reads === 'table') return await sampleTable(loaded, options, { io, engine });
    return await sampleImages(loaded, options, { io, engine });
  } finally {
    disposeTree(loaded.params);
  }
}

async function sampleImages(
  { config, trainable, params }: Loaded & { readonly reads: 'images' },
  options: SampleCommandOptions,
  { io, engine }: { readonly io: Io; readonly engine: string },
): Promise<Outcome> {
  const { out, seed, label } = options;
  if (out === undefined) throw new UsageError("required option '--out <file>' not specified");
  if (extname(out).toLowerCase() !== '.png') throw new UsageError(`--out must name a .png file, got "${out}".`);
  const isFlow = config.family === 'flow';
  const foreign = TEXT_OPTIONS.find((name) => options[name] !== undefined && !(isFlow && name === 'temperature'));
  if (foreign) {
    const whose = foreign === 'temperature' ? 'flows and models of text' : 'models of text';
    throw new UsageError(`${config.preset} draws images: leave ${flagOf(foreign)} out, it is for ${whose}.`);
  }
  if (options.given)
    throw new UsageError(`${config.preset} draws images: leave --given out, it is for models of tables.`);
  const temperature = expectTemperature(options.temperature);
  const [height, width] = config.data.shape;
  const asked = options.count ?? IMAGES;
  const labels = label === undefined ? undefined : labelsOf(label, asked, config);
  const count = labels?.length ?? asked;
  const most = Math.floor(MOST_PIXELS / ((height + 2) * (width + 2)));
  if (count > most) {
    throw new UsageError(
      `--count ${count} is more than one picture can hold: at most ${most} images of ${height} × ${width}.`,
    );
  }
  const draw = () =>
    trainable.draw(params, key(seed), {
      count,
      ...(labels && { labels }),
      ...(temperature !== undefined && { temperature }),
    });
  const png = await gridPng(draw, label === 'all' ? count / (config.data.classes ?? 1) : undefined);
  await writeAtomically(resolve(io.cwd, out), png);
  if (!options.json) io.stdout.write(`${out}: ${count} images\n`);
  return { files: [out], details: { engine, count } };
}

/** The class of each image: the same for all, or so many of each that there are at least `count`, class by class. */
function labelsOf(label: number | 'all', count: number, { preset, data: { classes } }: ImageConfig): number[] {
  if (classes === undefined) {
    throw new UsageError(`${preset} knows no classes. Leave --label out, or train a conditional model.`);
  }
  if (label !== 'all') return new Array<number>(Math.min(count, MOST_PIXELS)).fill(label);
  const each = Math.ceil(Math.min(count, MOST_PIXELS) / classes);
  return Array.from({ length: each * classes }, (_, i) => Math.floor(i / each));
}
