import { join } from 'node:path';
import { type Key, leaves, sizeOf } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { lastPictures } from '../health/last-pictures.js';
import type { ImageData } from '../image-data.js';
import type { Loaded } from '../model/checkpoint.js';
import type { RunData } from '../model/data-kind.js';
import { FAMILIES, type ModelConfig } from '../model/families.js';
import type { MeasuredModel } from '../model/measure-model.js';
import { type Losses, readLosses } from './read-losses.js';

/** What a report shows of one model. */
export interface Exhibit {
  /** As it was named on the command line. */
  readonly folder: string;
  readonly config: ModelConfig;
  readonly measured: MeasuredModel;
  readonly parameters: number;
  /** What its loss is called, and in which unit. */
  readonly headline: { readonly metric: string; readonly unit: string };
  /** Of a model that was trained here. */
  readonly losses?: Losses;
  /** Of a model of images that can be drawn from: a grid, and samples above the training images nearest to them. */
  readonly pictures?: { readonly samples: Uint8Array; readonly nearest: Uint8Array };
}

/** Looks at a model for a report: reads the log in its folder, `path`, and draws from it. */
export async function exhibitOf(
  model: Loaded,
  data: RunData,
  measured: MeasuredModel,
  { folder, path, key }: { readonly folder: string; readonly path: string; readonly key: Key },
): Promise<Exhibit> {
  const { config, params, trainable } = model;
  const { headline } = trainable;
  const losses = await readLosses(join(path, 'log.jsonl'), headline.metric);
  const isDrawn = FAMILIES.some(({ name, more }) => name === config.family && more.length > 0);
  const pictures =
    model.reads === 'images' && isDrawn
      ? await lastPictures(model.trainable, params, { data: data as ImageData, key })
      : undefined;
  const parameters = leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + sizeOf(leaf.shape), 0);
  return { folder, config, measured, parameters, headline, ...(losses && { losses }), ...(pictures && { pictures }) };
}
