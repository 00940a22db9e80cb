import { UsageError } from '../usage-error.js';
import { type ConfigReader, configReader } from './config-reader.js';

/** Which networks a model is made of. */
export type Parts =
  | { readonly kind: 'dense'; readonly hidden: readonly number[]; readonly latents: number }
  | {
      readonly kind: 'convolutional';
      readonly width: number;
      readonly hidden: readonly number[];
      readonly latents: number;
    };

/** How a model is trained. */
export type Training = {
  /** Steps in all. */
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Weight of the KL divergence. */
  readonly beta: number;
  /** Nats of KL divergence per latent feature that cost nothing. */
  readonly freeBits: number;
  /** Steps over which the weight of the KL divergence grows from 0 to `beta`. */
  readonly warmup: number;
};

/** What `config.json` of a checkpoint holds: enough to rebuild the model and to go on training it. */
export type ModelConfig = {
  readonly family: 'vae';
  readonly preset: string;
  readonly parts: Parts;
  readonly data: { readonly spec: string; readonly shape: readonly [height: number, width: number, channels: number] };
  readonly training: Training;
  readonly versions: { readonly [name: string]: string };
};

const FIELDS = ['family', 'preset', 'parts', 'data', 'training', 'versions'] as const;
const PARTS = ['kind', 'width', 'hidden', 'latents'] as const;
const TRAINING = ['steps', 'batch', 'learningRate', 'seed', 'beta', 'freeBits', 'warmup'] as const;

/**
 * Checks the content of a `config.json`; `where` names it in messages.
 *
 * @throws UsageError that names the field that is wrong.
 */
export function parseModelConfig(where: string, value: unknown): ModelConfig {
  const top = configReader(where, value, FIELDS);
  const data = top.record('data', ['spec', 'shape']);
  const { versions = {} } = value as { versions?: unknown };
  return {
    family: top.oneOf('family', ['vae']),
    preset: top.text('preset'),
    parts: parts(top.record('parts', PARTS)),
    data: { spec: data.text('spec'), shape: data.integers('shape', 1, 3) as [number, number, number] },
    training: training(top.record('training', TRAINING)),
    versions: texts(`${where}.versions`, versions),
  };
}

/** What a file named by `--config` may change, still untyped: `parseModelConfig` checks the whole. */
export function parseOverrides(where: string, value: unknown): { parts: object; training: object } {
  const top = configReader(where, value, FIELDS);
  if (top.has('family')) top.oneOf('family', ['vae']);
  const fields = value as { parts?: object; training?: object };
  if (top.has('parts')) top.record('parts', PARTS);
  if (top.has('training')) top.record('training', TRAINING);
  return { parts: fields.parts ?? {}, training: fields.training ?? {} };
}

function parts(fields: ConfigReader): Parts {
  const kind = fields.oneOf('kind', ['dense', 'convolutional']);
  const latents = fields.integer('latents', 1);
  if (kind === 'convolutional') {
    return { kind, width: fields.integer('width', 1), hidden: fields.integers('hidden', 1), latents };
  }
  if (fields.has('width')) {
    throw new UsageError(
      `${fields.where}.width belongs to convolutional parts; the layers of dense parts are "hidden".`,
    );
  }
  return { kind, hidden: fields.integers('hidden', 1), latents };
}

/** Names and texts of any kind: `configReader` knows what it reads by its names. */
function texts(where: string, value: unknown): { readonly [name: string]: string } {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const fields = configReader(where, value, names);
  return Object.fromEntries(names.map((name) => [name, fields.text(name)]));
}

function training(fields: ConfigReader): Training {
  return {
    steps: fields.integer('steps', 1),
    batch: fields.integer('batch', 1),
    learningRate: fields.number('learningRate', 0),
    seed: fields.integer('seed', 0),
    beta: fields.number('beta', 0),
    freeBits: fields.number('freeBits', 0),
    warmup: fields.integer('warmup', 0),
  };
}
