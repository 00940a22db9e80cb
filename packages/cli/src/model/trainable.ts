import type { Batches, Key, Step, Tree } from '@genai/core';
import type { Interval } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageData } from '../image-data.js';
import { UsageError } from '../usage-error.js';

/** Parameters known only as a tree: what a configuration can say. */
export type Params = Tree<Tensor>;
/** What a step carries. `params` is what is drawn from and measured. */
export type TrainingState = { readonly params: Params; readonly [part: string]: Tree<Tensor> };
export type Batch = Tree<Tensor>;
export type Scalars = { readonly [name: string]: Tensor };
export type AnyStep = Step<TrainingState, Batch, Scalars>;

/** A number that was measured. */
export interface Measurement {
  readonly mean: number;
  /** Of a mean over examples. */
  readonly standardError?: number;
  /** Between which values the mean lies, where that was asked for. */
  readonly interval?: Interval;
  /** Empty for a pure number. */
  readonly unit: string;
}

export interface MeasureOptions {
  /** The data; `test` is what is measured on, cut to so many images as were asked for. */
  readonly data: ImageData;
  readonly names: readonly string[];
  /** Draws of z for each image of the importance-weighted bound. */
  readonly samples: number;
  readonly batch: number;
  /** Resamples of the images for intervals of their means; none unless given. */
  readonly bootstrap?: number | undefined;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** What was measured, and on which features where there are any. */
export interface Measured {
  readonly scores: { readonly [name: string]: Measurement };
  readonly features?: string;
  /** Of metrics of samples: what fixes each, in one line. */
  readonly signatures?: { readonly [name: string]: string };
}

export interface DrawOptions {
  readonly count: number;
  /** The class of each image, of a model that is given them; all classes in turn unless given. */
  readonly labels?: readonly number[];
  /** Of flows: below 1 likelier, less varied samples. */
  readonly temperature?: number;
}

/** A model of any family as the commands see it. */
export interface Trainable {
  /** Fresh `params`, whose form a checkpoint must have. */
  readonly init: (key: Key) => Params;
  /** One move of training. */
  readonly step: AnyStep;
  /** Of models that begin from data: `step` whose `init` looks at a first batch, which must live until then. */
  readonly startedFrom?: (first: Batch) => AnyStep;
  /** The training images as `step` takes them: shuffled by one key, drawn anew (where grey pixels become black or white) by the other. */
  readonly batches: (data: ImageData, keys: { readonly order: Key; readonly pixels: Key }) => Batches<Batch>;
  /** The metric of a step that is shown, and its unit. */
  readonly headline: { readonly metric: string; readonly unit: string };
  /**
   * Images (count, height, width, channels) in [0, 1].
   *
   * @throws UsageError if the model cannot be drawn from.
   */
  readonly draw: (params: Params, key: Key, options: DrawOptions) => Tensor;
  /** Of models that tell more than their samples do: the metrics of the family that are not of samples. */
  readonly measure?: (params: Params, options: MeasureOptions) => Promise<Measured>;
  /** Of adversarial models, whose losses do not tell how well they are: which metrics of a step a health report repeats. */
  readonly health?: readonly string[];
}

/** Forgets the types of a step. Sound as long as it is only given states of its own `init` and batches made for it. */
export function untypedStep<S, B, M>(step: Step<S, B, M>): AnyStep {
  return step as unknown as AnyStep;
}

/** Refuses labels for a model that has no use for them. */
export function expectNoLabels(preset: string, labels: readonly number[] | undefined): void {
  if (labels !== undefined) {
    throw new UsageError(`${preset} knows no classes. Leave --label out, or train a conditional model.`);
  }
}
