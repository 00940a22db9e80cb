import { extname, resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { loadModel } from '../model/checkpoint.js';
import type { ModelConfig } from '../model/families.js';
import type { Outcome } from '../outcome.js';
import { gridPng } from '../render/grid-png.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';

export interface SampleCommandOptions {
  readonly folder: string;
  readonly count: number;
  /** A class, or `all` for a row of each. */
  readonly label?: number | 'all';
  readonly out: string;
  readonly seed: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** In one PNG file: more than can be looked at, and less than fills the memory. */
const MOST_PIXELS = 2 ** 24;

/** `genai sample`: draws images, of an autoencoder the means of p(x | z), and writes them as a grid. */
export async function sample(options: SampleCommandOptions, io: Io): Promise<Outcome> {
  const { folder, out, seed, label } = options;
  if (extname(out).toLowerCase() !== '.png') throw new UsageError(`--out must name a .png file, got "${out}".`);
  const engine = engineLabel(await startEngine(options.backend));
  const { config, trainable, params } = await loadModel(resolve(io.cwd, folder), folder);
  try {
    const [height, width] = config.data.shape;
    const labels = label === undefined ? undefined : labelsOf(label, options.count, config);
    const count = labels?.length ?? options.count;
    const most = Math.floor(MOST_PIXELS / ((height + 2) * (width + 2)));
    if (count > most) {
      throw new UsageError(
        `--count ${count} is more than one picture can hold: at most ${most} images of ${height} × ${width}.`,
      );
    }
    const draw = () => trainable.draw(params, key(seed), { count, ...(labels && { labels }) });
    const png = await gridPng(draw, label === 'all' ? count / (config.data.classes ?? 1) : undefined);
    await writeAtomically(resolve(io.cwd, out), png);
    if (!options.json) io.stdout.write(`${out}: ${count} images\n`);
    return { files: [out], details: { engine, count } };
  } finally {
    disposeTree(params);
  }
}

/** The class of each image: the same for all, or so many of each that there are at least `count`, class by class. */
function labelsOf(label: number | 'all', count: number, { preset, data: { classes } }: ModelConfig): number[] {
  if (classes === undefined) {
    throw new UsageError(`${preset} knows no classes. Leave --label out, or train a conditional model.`);
  }
  if (label !== 'all') return new Array<number>(Math.min(count, MOST_PIXELS)).fill(label);
  const each = Math.ceil(Math.min(count, MOST_PIXELS) / classes);
  return Array.from({ length: each * classes }, (_, i) => Math.floor(i / each));
}
