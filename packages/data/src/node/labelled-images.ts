import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset.js';

/** Pictures and what they show. */
export type LabelledImages = {
  /** (batch, height, width, channels) float32 in [0, 1] */
  images: Tensor;
  /** (batch) int32, the number of the class */
  labels: Tensor;
};

/** A set of pictures with its customary split. */
export interface ImageSplits {
  readonly train: Dataset<LabelledImages>;
  readonly test: Dataset<LabelledImages>;
  /** Names of the classes in the order of their numbers. */
  readonly classes: readonly string[];
}
