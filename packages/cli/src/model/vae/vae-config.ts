import { UsageError } from '../../usage-error.js';
import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining } from '../family.js';

/** Which networks a model is made of; conditional ones are given the class of an image. */
export type VaeParts = (
  | { readonly kind: 'dense'; readonly hidden: readonly number[]; readonly latents: number }
  | {
      readonly kind: 'convolutional';
      readonly width: number;
      readonly hidden: readonly number[];
      readonly latents: number;
    }
) & { readonly conditional?: true };

/** How a model is trained. */
export type VaeTraining = CommonTraining & {
  /** Weight of the KL divergence. */
  readonly beta: number;
  /** Nats of KL divergence per latent feature that cost nothing. */
  readonly freeBits: number;
  /** Steps over which the weight of the KL divergence grows from 0 to `beta`. */
  readonly warmup: number;
};

export type VaeConfig = CommonConfig & {
  readonly family: 'vae';
  readonly parts: VaeParts;
  readonly training: VaeTraining;
};

const PARTS = ['kind', 'width', 'hidden', 'latents', 'conditional'] as const;
const TRAINING = ['steps', 'batch', 'learningRate', 'seed', 'beta', 'freeBits', 'warmup'] as const;

export function parseVae(fields: ConfigReader, common: CommonConfig): VaeConfig {
  return {
    family: 'vae',
    preset: common.preset,
    parts: partsOf(fields.record('parts', PARTS)),
    data: common.data,
    training: trainingOf(fields.record('training', TRAINING)),
    versions: common.versions,
  };
}

function partsOf(fields: ConfigReader): VaeParts {
  const kind = fields.oneOf('kind', ['dense', 'convolutional']);
  const latents = fields.integer('latents', 1);
  const conditional = fields.has('conditional') && fields.boolean('conditional') && ({ conditional: true } as const);
  if (kind === 'convolutional') {
    return { kind, width: fields.integer('width', 1), hidden: fields.integers('hidden', 1), latents, ...conditional };
  }
  if (fields.has('width')) {
    throw new UsageError(
      `${fields.where}.width belongs to convolutional parts; the layers of dense parts are "hidden".`,
    );
  }
  return { kind, hidden: fields.integers('hidden', 1), latents, ...conditional };
}

function trainingOf(fields: ConfigReader): VaeTraining {
  return {
    ...commonTraining(fields),
    beta: fields.number('beta', 0),
    freeBits: fields.number('freeBits', 0),
    warmup: fields.integer('warmup', 0),
  };
}
