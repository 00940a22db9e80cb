import { type Distribution, type Key, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset } from '@genai/data';
import type { LabelledImages } from '@genai/data/node';
import { bitsPerDim, type Metric, nll, on } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import { evaluated, type Scored } from '../evaluated.js';
import type { BuiltConditionalPixels, BuiltPixels } from './build-pixels.js';
import type { PIXELS_METRICS } from './pixels-presets.js';

export type PixelsMetric = (typeof PIXELS_METRICS)[number];

export interface MeasurePixelsOptions<B> {
  /** Intensities in [0, 1]. */
  readonly data: Dataset<B>;
  /** Whether they are binarised, with the key, the same for every image each time. */
  readonly binary: boolean;
  readonly names: readonly PixelsMetric[];
  readonly batch: number;
  /** Resamples of the images for intervals; none unless given. */
  readonly bootstrap?: number | undefined;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** What was measured, each with its standard error. */
export type MeasuredPixels = { readonly [name: string]: Scored };

/** Averages over the images of a data set, each taken once. */
export async function measurePixels(
  model: BuiltPixels,
  params: Tree<Tensor>,
  options: MeasurePixelsOptions<Tensor>,
): Promise<MeasuredPixels> {
  const metrics = Object.fromEntries(options.names.map((name) => [name, METRICS[name]()]));
  return evaluated(model, params, { ...common(options), metrics });
}

/** The same of log p(x | class), with the class that each image has. */
export async function measureConditionalPixels(
  model: BuiltConditionalPixels,
  params: Tree<Tensor>,
  options: MeasurePixelsOptions<LabelledImages>,
): Promise<MeasuredPixels> {
  const imagesOf = ({ images }: LabelledImages): Tensor => images;
  const metrics = Object.fromEntries(options.names.map((name) => [name, on(imagesOf, METRICS[name]())]));
  return evaluated(model, params, { ...common(options), metrics, context: ({ labels }) => labels });
}

const METRICS: { readonly [name in PixelsMetric]: () => Metric<Distribution<Tensor>> } = {
  nll,
  bitsPerDim: () => bitsPerDim(),
};

function common<B extends Tree<Tensor>>({ data, binary, batch, bootstrap, key, signal }: MeasurePixelsOptions<B>) {
  const [pixels, draws] = split(key);
  const measured = binary ? binarize(data, { key: pixels }) : data;
  return {
    data: batches(measured, { size: batch, epochs: 1, last: 'keep' }),
    key: draws,
    bootstrap,
    ...(signal && { signal }),
  };
}
