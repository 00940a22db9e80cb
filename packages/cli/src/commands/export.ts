import { extname, resolve } from 'node:path';
import { disposeTree } from '@genai/core';
import { engineLabel, startEngine } from '../engine.js';
import { type ExportableModel, exportable } from '../formats/exportable.js';
import { writeGguf } from '../formats/write-gguf.js';
import { writeHuggingFace } from '../formats/write-hugging-face.js';
import type { WriteOptions } from '../formats/write-options.js';
import { writeSafetensors } from '../formats/write-safetensors.js';
import type { Io } from '../io.js';
import { loadModel } from '../model/checkpoint.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { progress } from '../progress.js';
import { UsageError } from '../usage-error.js';

export interface ExportCommandOptions {
  readonly folder: string;
  readonly target: string;
  readonly to: string;
  readonly type: string;
  readonly backend: string;
  readonly json?: boolean;
}

/** How weights may be written in each format. */
const TYPES = {
  safetensors: ['f32', 'f16'],
  'hugging-face': ['f32', 'f16'],
  gguf: ['f32', 'f16', 'q8_0', 'q4_0'],
} as const;
const FORMATS = Object.keys(TYPES) as readonly (keyof typeof TYPES)[];

/** `genai export`: a trained model in a form that other programs read. */
export async function exporting(options: ExportCommandOptions, io: Io): Promise<Outcome> {
  const { folder, target, json } = options;
  const { to, type } = checked(options);
  const engine = engineLabel(await startEngine(options.backend));
  const loaded = await loadModel(resolve(io.cwd, folder), folder);
  const bar = progress(io.stderr);
  const began = performance.now();
  try {
    const write: WriteOptions = {
      path: resolve(io.cwd, target),
      shown: target,
      type,
      signal: io.signal,
      onBytes: (step, steps) => bar.update({ step, steps, elapsed: performance.now() - began, label: 'bytes' }),
    };
    const files =
      to === 'safetensors'
        ? await writeSafetensors(loaded.params, write)
        : await writeText(to, exportable(loaded), write);
    bar.end();
    if (!json) io.stdout.write(`${target}: ${to}, ${type}\n`);
    return { files, details: { engine, format: to, type } };
  } finally {
    bar.end();
    disposeTree(loaded.params);
  }
}

async function writeText(
  to: 'hugging-face' | 'gguf',
  model: ExportableModel,
  options: WriteOptions,
): Promise<readonly string[]> {
  return to === 'gguf' ? writeGguf(model, options) : writeHuggingFace(model, options);
}

function checked({ to, type, target }: ExportCommandOptions): { to: keyof typeof TYPES; type: WriteOptions['type'] } {
  if (to === 'onnx') {
    throw new UsageError(`--to onnx is not written yet. Known: ${FORMATS.join(', ')}.`);
  }
  const format = FORMATS.find((name) => name === to);
  if (!format) throw new UsageError(`unknown format "${to}". ${suggest(to, FORMATS)}`);
  const known: readonly WriteOptions['type'][] = TYPES[format];
  const found = known.find((name) => name === type.toLowerCase());
  if (!found) throw new UsageError(`--to ${format} cannot be written as "${type}". Known for it: ${known.join(', ')}.`);
  const ending = { safetensors: '.safetensors', gguf: '.gguf', 'hugging-face': undefined }[format];
  if (ending !== undefined && extname(target).toLowerCase() !== ending) {
    throw new UsageError(`--to ${format} writes a file that ends with ${ending}, got "${target}".`);
  }
  return { to: format, type: found };
}
