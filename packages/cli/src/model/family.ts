import type { ConfigReader } from './config-reader.js';
import type { ModelConfig } from './families.js';
import type { Trainable } from './trainable.js';

/** A model and a way to train it, by name. Light: help lists them all without loading a single net. */
export interface Preset {
  /** A few words for the list. */
  readonly about: string;
  readonly parts: object;
  readonly training: CommonTraining;
}

/** What all families train by. */
export type CommonTraining = {
  /** Steps in all. */
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
};

/** @throws UsageError that names the field that is wrong. */
export function commonTraining(fields: ConfigReader): CommonTraining {
  return {
    steps: fields.integer('steps', 1),
    batch: fields.integer('batch', 1),
    learningRate: fields.number('learningRate', 0),
    seed: fields.integer('seed', 0),
  };
}

/** Which data a model is for. */
export type DataConfig = {
  readonly spec: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many classes there are, of a model that is given them. */
  readonly classes?: number;
};

/** What the configurations of all families have. */
export type CommonConfig = {
  readonly preset: string;
  readonly data: DataConfig;
  readonly versions: { readonly [name: string]: string };
};

/** What a configuration says, checked; nothing is built yet. */
export interface Described {
  readonly config: ModelConfig;
  /** Whether the model is given the class of an image, so that the data must have labels. */
  readonly conditional: boolean;
  /** Images that one step takes. */
  readonly perStep: number;
  /** @throws UsageError if the networks do not fit the shape of the data, or are larger than any that could be trained. */
  readonly build: () => Trainable;
}

/** A family of models: how its part of a configuration is read and built. */
export interface Family {
  /** @throws UsageError that names the field that is wrong. */
  readonly describe: (fields: ConfigReader, common: CommonConfig) => Described;
}
