import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ImageData } from '../image-data.js';
import type { Io } from '../io.js';
import { UsageError } from '../usage-error.js';
import { type ModelConfig, parseModelConfig, parseOverrides } from './model-config.js';
import { preset } from './presets.js';
import { versions } from './versions.js';

/** What the command line says about a run. */
export interface RunOptions {
  readonly model?: string;
  readonly data?: string;
  readonly out: string;
  readonly config?: string;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
}

/** Opens the data, which takes time: called once the words of the command line are known to be right. */
export type Open<D extends { readonly data: ImageData }> = (spec: string) => Promise<D>;

/** The configuration of a run that is to begin: the preset, changed by `--config`, changed by the flags. */
export async function beginning<D extends { readonly data: ImageData }>(
  options: RunOptions,
  io: Io,
  open: Open<D>,
): Promise<D & { config: ModelConfig }> {
  const { model, data: spec, seed, batch, learningRate } = options;
  if (model === undefined) {
    throw new UsageError(`${options.out} holds no run to go on with. Name a model to begin one, for example vae-conv.`);
  }
  const { family, parts, training } = preset(model);
  if (spec === undefined) throw new UsageError('no data given. Add --data digits, for example.');
  const file = options.config === undefined ? { parts: {}, training: {} } : await overrides(options.config, io.cwd);
  const flags = Object.entries({ seed, batch, learningRate }).filter(([, value]) => value !== undefined);
  const where = options.config ?? 'the configuration';
  const withShape = (shape: readonly number[]): ModelConfig =>
    parseModelConfig(where, {
      family,
      preset: model,
      // Parts of another kind are given whole.
      parts: 'kind' in file.parts && file.parts.kind !== parts.kind ? file.parts : { ...parts, ...file.parts },
      data: { spec, shape },
      training: { ...training, ...file.training, ...Object.fromEntries(flags) },
      versions: versions(),
    });
  withShape([1, 1, 1]); // what is wrong in the file is said before the data is read
  const opened = await open(spec);
  const config = withShape(opened.data.shape);
  const images = opened.data.train.length;
  if (config.training.batch > images) {
    throw new UsageError(`a batch of ${config.training.batch} is more than the ${images} images of ${spec}.`);
  }
  return { ...opened, config };
}

/** The configuration of a run that goes on; what the command line repeats must be the same. */
export async function goingOn<D extends { readonly data: ImageData }>(
  options: RunOptions,
  config: ModelConfig,
  open: Open<D>,
): Promise<D & { config: ModelConfig }> {
  const { training } = config;
  const repeated: readonly (readonly [flag: string, given: unknown, kept: unknown])[] = [
    ['the model', options.model, config.preset],
    ['--data', options.data, config.data.spec],
    ['--seed', options.seed, training.seed],
    ['--batch', options.batch, training.batch],
    ['--learning-rate', options.learningRate, training.learningRate],
  ];
  for (const [flag, given, kept] of repeated) {
    if (given !== undefined && given !== kept) {
      throw new UsageError(
        `${options.out} was begun with ${flag} ${kept}, not ${given}. Leave it out to go on, or choose another --out.`,
      );
    }
  }
  if (options.config !== undefined) throw new UsageError('--config begins a run; a run that goes on has its own.');
  const opened = await open(config.data.spec);
  if (String(opened.data.shape) !== String(config.data.shape)) {
    throw new UsageError(
      `${config.data.spec} has images of shape [${opened.data.shape.join(', ')}], ${options.out} was begun with [${config.data.shape.join(', ')}].`,
    );
  }
  return { ...opened, config };
}

async function overrides(path: string, cwd: string): Promise<{ parts: object; training: object }> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: Error) => {
    throw new UsageError(`cannot read --config ${path}: ${error.message}`);
  });
  try {
    return parseOverrides(path, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${path} is not JSON: ${error.message}`);
    throw error;
  }
}
