import { resolve } from 'node:path';
import { textFile } from '@genai/data/node';
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
  readonly steps?: number;
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
  const { model, data: spec } = options;
  if (model === undefined) {
    throw new UsageError(`${options.out} holds no run to go on with. Name a model to begin one, for example vae-conv.`);
  }
  preset(model);
  if (spec === undefined) throw new UsageError('no data given. Add --data digits, for example.');
  const withShape = await described(options, model, spec, io.cwd);
  withShape([1, 1, 1]); // what is wrong in the file is said before the data is read
  const opened = await open(spec);
  const config = withShape(opened.data.shape);
  const images = opened.data.train.length;
  if (config.training.batch > images) {
    throw new UsageError(
      `a batch of ${config.training.batch} is more than the ${images} images of ${spec}. Give a smaller --batch.`,
    );
  }
  return { ...opened, config };
}

/**
 * The configuration of a run that goes on; what the command line repeats must be the same. Only the number of steps may
 * be another.
 */
export async function goingOn<D extends { readonly data: ImageData }>(
  options: RunOptions,
  kept: ModelConfig,
  io: Io,
  open: Open<D>,
): Promise<D & { config: ModelConfig }> {
  const { training, data } = kept;
  const repeated: readonly (readonly [flag: string, given: unknown, kept: unknown])[] = [
    ['the model', options.model, kept.preset],
    ['--data', options.data, data.spec],
    ['--seed', options.seed, training.seed],
    ['--batch', options.batch, training.batch],
    ['--learning-rate', options.learningRate, training.learningRate],
  ];
  for (const [flag, given, before] of repeated) {
    if (given !== undefined && given !== before) {
      throw new UsageError(
        `${options.out} was begun with ${flag} ${before}, not ${given}. Leave it out to go on, or choose another --out.`,
      );
    }
  }
  const { steps = training.steps } = options;
  const config = { ...kept, training: { ...training, steps } };
  if (options.config !== undefined) {
    const again = (await described({ ...options, steps }, kept.preset, data.spec, io.cwd))(data.shape);
    if (JSON.stringify([again.parts, again.training]) !== JSON.stringify([config.parts, config.training])) {
      throw new UsageError(
        `${options.out} was begun with other settings than ${options.config} has. Leave --config out to go on, or choose another --out.`,
      );
    }
  }
  const opened = await open(data.spec);
  if (training.batch > opened.data.train.length || String(opened.data.shape) !== String(data.shape)) {
    throw new UsageError(
      `${data.spec} has ${opened.data.train.length} images of shape [${opened.data.shape.join(', ')}], ` +
        `${options.out} was begun with batches of ${training.batch} of shape [${data.shape.join(', ')}]. Put back the data it was begun with.`,
    );
  }
  return { ...opened, config };
}

/** What preset, file and flags say together, once the shape of the data is known. */
async function described(
  { config: path, seed, batch, learningRate, steps }: RunOptions,
  model: string,
  spec: string,
  cwd: string,
): Promise<(shape: readonly number[]) => ModelConfig> {
  const { family, parts, training } = preset(model);
  const file = path === undefined ? { parts: {}, training: {} } : await overrides(path, cwd);
  const flags = Object.entries({ seed, batch, learningRate, steps }).filter(([, value]) => value !== undefined);
  return (shape) =>
    parseModelConfig(path ?? 'the configuration', {
      family,
      preset: model,
      // Parts of another kind are given whole.
      parts: 'kind' in file.parts && file.parts.kind !== parts.kind ? file.parts : { ...parts, ...file.parts },
      data: { spec, shape },
      training: { ...training, ...file.training, ...Object.fromEntries(flags) },
      versions: versions(),
    });
}

async function overrides(path: string, cwd: string): Promise<{ parts: object; training: object }> {
  const text = await textFile(resolve(cwd, path), { limit: MOST_BYTES }).catch((cause: Error) => {
    throw new UsageError(`cannot read --config ${path}: ${cause.message}`, { cause });
  });
  try {
    return parseOverrides(path, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${path} is not JSON: ${error.message}`);
    throw error;
  }
}

/** More than a configuration can need. */
const MOST_BYTES = 2 ** 20;
