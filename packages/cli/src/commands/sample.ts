import { extname, resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import { scope } from '@genai/tensor';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { loadModel } from '../model/checkpoint.js';
import type { Outcome } from '../outcome.js';
import { gridPng } from '../render/grid-png.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';

export interface SampleCommandOptions {
  readonly folder: string;
  readonly count: number;
  readonly out: string;
  readonly seed: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** In one PNG file: more than can be looked at, and less than fills the memory. */
const MOST_PIXELS = 2 ** 24;
/** Decoded at once. */
const ROWS = 256;

/** `genai sample`: draws z from the prior and writes the means of p(x | z) as a grid. */
export async function sample(options: SampleCommandOptions, io: Io): Promise<Outcome> {
  const { folder, count, out, seed } = options;
  if (extname(out).toLowerCase() !== '.png') throw new UsageError(`--out must name a .png file, got "${out}".`);
  const engine = engineLabel(await startEngine(options.backend));
  const { config, model, params } = await loadModel(resolve(io.cwd, folder), folder);
  try {
    const [height, width] = config.data.shape;
    const most = Math.floor(MOST_PIXELS / ((height + 2) * (width + 2)));
    if (count > most) {
      throw new UsageError(
        `--count ${count} is more than one picture can hold: at most ${most} images of ${height} × ${width}.`,
      );
    }
    const png = await gridPng(() => {
      const z = model.prior(params).sample(key(seed), [count]); // (count, latents)
      const parts: Tensor[] = [];
      for (let first = 0; first < count; first += ROWS) {
        const rows = slice(z, [first], [Math.min(ROWS, count - first)]);
        parts.push(scope(() => model.decode(params, rows).mean()));
      }
      return concat(parts, 0); // (count, height, width, channels)
    });
    await writeAtomically(resolve(io.cwd, out), png);
  } finally {
    disposeTree(params);
  }
  if (!options.json) io.stdout.write(`${out}: ${count} images\n`);
  return { files: [out], details: { engine, count } };
}
