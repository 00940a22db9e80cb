import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining } from '../family.js';

export type VqVaeParts = {
  readonly kind: 'convolutional';
  /** Channels of the outermost convolution; the next has twice as many. */
  readonly width: number;
  /** Codes in the book, and the features of each. */
  readonly codes: number;
  readonly features: number;
};

export type VqVaeTraining = CommonTraining & {
  /** How strongly vectors are held to their codes. */
  readonly commitment: number;
  /** What the averages of the code book keep from step to step. */
  readonly decay: number;
  /** A code chosen less often than this share of the mean starts again at a vector of the batch; 0 for never. */
  readonly restart: number;
};

export type VqVaeConfig = CommonConfig & {
  readonly family: 'vq-vae';
  readonly parts: VqVaeParts;
  readonly training: VqVaeTraining;
};

export function parseVqVae(fields: ConfigReader, common: CommonConfig): VqVaeConfig {
  const parts = fields.record('parts', ['kind', 'width', 'codes', 'features']);
  const training = fields.record('training', [
    ...['steps', 'batch', 'learningRate', 'seed', 'commitment', 'decay', 'restart'],
  ]);
  return {
    family: 'vq-vae',
    preset: common.preset,
    parts: {
      kind: parts.oneOf('kind', ['convolutional']),
      width: parts.integer('width', 1),
      codes: parts.integer('codes', 2),
      features: parts.integer('features', 1),
    },
    data: common.data,
    training: {
      ...commonTraining(training),
      commitment: training.number('commitment', 0),
      decay: training.number('decay', 0, LESS_THAN_ONE),
      restart: training.number('restart', 0, LESS_THAN_ONE),
    },
    versions: common.versions,
  };
}

/** A share that is kept must not be all. */
const LESS_THAN_ONE = 0.999_999;
