import { expectLabels, type ImageData, labelledOf } from '../image-data.js';
import { UsageError } from '../usage-error.js';
import type { DataKind } from './data-kind.js';
import type { CommonTraining, Described, ImageDataConfig } from './family.js';

/** Images of one shape, with classes where the model is given them. */
export const imageKind: DataKind<ImageData> = {
  example: 'digits',
  unknown: (spec) => ({ spec, shape: [1, 1, 1] }),
  configOf: async (spec, data, before) => {
    if (before.reads !== 'images' || !before.conditional) return { spec, shape: data.shape };
    const { preset } = before.config;
    const classes = await labelledOf(data, preset).classes();
    if (classes < 2) {
      throw new UsageError(
        `${spec} has images of one class only, ${preset} needs at least two. Take a model without classes.`,
      );
    }
    return { spec, shape: data.shape, classes };
  },
  expectEnough: (spec, { train }, described) => {
    if (described.perStep <= train.length) return;
    throw new UsageError(
      `${batchWords(described)} is more than the ${train.length} images of ${spec}. Give a smaller --batch.`,
    );
  },
  expectSame: async (shown, found, { perStep, config }) => {
    const { spec, shape, classes } = config.data as ImageDataConfig;
    if (perStep > found.train.length || String(found.shape) !== String(shape)) {
      throw new UsageError(
        `${spec} has ${found.train.length} images of shape [${found.shape.join(', ')}], ` +
          `${shown} was begun with batches of ${perStep} of shape [${shape.join(', ')}]. Put back the data it was begun with.`,
      );
    }
    await expectLabels(found, config.preset, classes);
  },
};

/** `a batch of 64`, or of models with several updates a step, `5 batches of 64`. */
function batchWords({ perStep, config }: Described): string {
  const { batch }: CommonTraining = config.training;
  return perStep === batch ? `a batch of ${batch}` : `a step of ${perStep / batch} batches of ${batch}`;
}
