import { UsageError } from '../../usage-error.js';
import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining } from '../family.js';

/** Which networks a model is made of; conditional ones are given the class of an image. */
export type GanParts = (
  | { readonly kind: 'dense'; readonly hidden: readonly number[]; readonly latents: number }
  | { readonly kind: 'dcgan'; readonly width: number; readonly latents: number; readonly norm: boolean }
  | { readonly kind: 'residual'; readonly width: number; readonly latents: number }
  | {
      readonly kind: 'r3gan';
      readonly width: number;
      readonly latents: number;
      readonly blocks: number;
      readonly expansion: number;
    }
  | {
      readonly kind: 'style';
      readonly width: number;
      readonly latents: number;
      readonly style: number;
      readonly depth: number;
    }
) & { readonly conditional?: true };

export const LOSSES = ['minimax', 'nonSaturating', 'leastSquares', 'hinge', 'wasserstein', 'relativistic'] as const;
/** Of the critic, but the last, which is one of the generator. */
export const REGULARIZERS = ['r1', 'r2', 'gradientPenalty', 'dragan', 'leCam', 'consistency', 'pathLength'] as const;

/** How both players are trained. */
export type GanTraining = CommonTraining & {
  readonly loss: (typeof LOSSES)[number];
  /** The weight of each cost, 0 for none. */
  readonly regularizers: { readonly [name in (typeof REGULARIZERS)[number]]: number };
  /** The critic's learning rate over the generator's. */
  readonly criticRatio: number;
  /** Updates of the critic in a step, each on a batch of its own. */
  readonly updates: number;
  /** Of Adam: what its averages keep. */
  readonly b1: number;
  readonly b2: number;
  /** What the averaged generator, which is drawn from, keeps from step to step. */
  readonly ema: number;
  /** What the critic sees is changed at random. */
  readonly augmentation: {
    /** The probability that an image is changed, 0 for none. */
    readonly strength: number;
    /** Above 0 the strength is found: it begins at 0 and moves so much a step, up while the critic is surer than `target`. */
    readonly speed: number;
    readonly target: number;
    readonly color: boolean;
    /** Shares of the side of the image. */
    readonly translation: number;
    readonly cutout: number;
    readonly flip: boolean;
  };
};

export type GanConfig = CommonConfig & {
  readonly family: 'gan';
  readonly parts: GanParts;
  readonly training: GanTraining;
};

const KINDS = ['dense', 'dcgan', 'residual', 'r3gan', 'style'] as const;
const PARTS = ['kind', 'conditional', 'hidden', 'width', 'latents', 'norm', 'blocks', 'expansion', 'style', 'depth'];
const TRAINING = [
  ...['steps', 'batch', 'learningRate', 'seed', 'loss', 'regularizers', 'criticRatio', 'updates'],
  ...['b1', 'b2', 'ema', 'augmentation'],
];
const AUGMENTATION = ['strength', 'speed', 'target', 'color', 'translation', 'cutout', 'flip'];

export function parseGan(fields: ConfigReader, common: CommonConfig): GanConfig {
  return {
    family: 'gan',
    preset: common.preset,
    parts: partsOf(fields.record('parts', PARTS)),
    data: common.data,
    training: trainingOf(fields.record('training', TRAINING)),
    versions: common.versions,
  };
}

function partsOf(fields: ConfigReader): GanParts {
  const kind = fields.oneOf('kind', KINDS);
  const parts = partsOfKind(fields, kind);
  for (const field of PARTS) {
    if (fields.has(field) && field !== 'conditional' && !Object.hasOwn(parts, field)) {
      const own = Object.keys(parts).filter((name) => name !== 'kind');
      throw new UsageError(`${fields.where}.${field} does not belong to ${kind} parts, which have ${own.join(', ')}.`);
    }
  }
  if (!fields.has('conditional') || !fields.boolean('conditional')) return parts;
  if (kind === 'style') {
    throw new UsageError(
      `${fields.where}.conditional: style parts are not given classes. Use dcgan, residual or r3gan.`,
    );
  }
  return { ...parts, conditional: true };
}

function partsOfKind(fields: ConfigReader, kind: (typeof KINDS)[number]): GanParts {
  const latents = fields.integer('latents', 1);
  if (kind === 'dense') return { kind, hidden: fields.integers('hidden', 1), latents };
  const width = fields.integer('width', 1);
  switch (kind) {
    case 'dcgan':
      return { kind, width, latents, norm: fields.boolean('norm') };
    case 'residual':
      return { kind, width, latents };
    case 'r3gan':
      return { kind, width, latents, blocks: fields.integer('blocks', 1), expansion: fields.integer('expansion', 1) };
    case 'style':
      return { kind, width, latents, style: fields.integer('style', 1), depth: fields.integer('depth', 1) };
  }
}

function trainingOf(fields: ConfigReader): GanTraining {
  const weights = fields.record('regularizers', REGULARIZERS);
  const augmentation = fields.record('augmentation', AUGMENTATION);
  return {
    ...commonTraining(fields),
    loss: fields.oneOf('loss', LOSSES),
    regularizers: Object.fromEntries(
      REGULARIZERS.map((name) => [name, weights.number(name, 0)]),
    ) as GanTraining['regularizers'],
    criticRatio: fields.number('criticRatio', 0),
    updates: fields.integer('updates', 1),
    b1: fields.number('b1', 0, LESS_THAN_ONE),
    b2: fields.number('b2', 0, LESS_THAN_ONE),
    ema: fields.number('ema', 0, LESS_THAN_ONE),
    augmentation: {
      strength: augmentation.number('strength', 0, 1),
      speed: augmentation.number('speed', 0, 1),
      target: augmentation.number('target', 0, 1),
      color: augmentation.boolean('color'),
      translation: augmentation.number('translation', 0, 1),
      cutout: augmentation.number('cutout', 0, 1),
      flip: augmentation.boolean('flip'),
    },
  };
}

/** A share that is kept must not be all. */
const LESS_THAN_ONE = 0.999_999;
