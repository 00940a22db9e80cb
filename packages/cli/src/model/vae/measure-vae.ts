import { type Key, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset } from '@genai/data';
import type { LabelledImages } from '@genai/data/node';
import { elbo, importanceWeightedNll, on } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import { evaluated, type Scored } from '../evaluated.js';
import type { BuiltConditionalVae, BuiltVae } from './build-vae.js';
import type { VAE_METRICS } from './vae-presets.js';

export type VaeMetric = (typeof VAE_METRICS)[number];

export interface MeasureVaeOptions<B> {
  /** Intensities in [0, 1]; they are binarised with the key, the same for every image each time. */
  readonly data: Dataset<B>;
  readonly names: readonly VaeMetric[];
  /** Draws of z for each image of the importance-weighted bound. */
  readonly samples: number;
  readonly batch: number;
  /** Resamples of the images for intervals; none unless given. */
  readonly bootstrap?: number | undefined;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** What was measured, each in nats with its standard error. */
export type MeasuredVae = { readonly [name in VaeMetric]?: Scored };

/** Averages over the images of a data set, each taken once. */
export async function measureVae(
  model: BuiltVae,
  params: Tree<Tensor>,
  { data, names, samples, batch, bootstrap, key, signal }: MeasureVaeOptions<Tensor>,
): Promise<MeasuredVae> {
  const [pixels, draws] = split(key);
  const known = { elbo: elbo(), importanceWeightedNll: importanceWeightedNll({ samples }) };
  return evaluated(model, params, {
    data: batches(binarize(data, { key: pixels }), { size: batch, epochs: 1, last: 'keep' }),
    key: draws,
    bootstrap,
    metrics: Object.fromEntries(names.map((name) => [name, known[name]])),
    ...(signal && { signal }),
  });
}

/** The same of log p(x | class), with the class that each image has. */
export async function measureConditionalVae(
  model: BuiltConditionalVae,
  params: Tree<Tensor>,
  { data, names, samples, batch, bootstrap, key, signal }: MeasureVaeOptions<LabelledImages>,
): Promise<MeasuredVae> {
  const [pixels, draws] = split(key);
  const imagesOf = ({ images }: LabelledImages): Tensor => images;
  const known = { elbo: on(imagesOf, elbo()), importanceWeightedNll: on(imagesOf, importanceWeightedNll({ samples })) };
  return evaluated(model, params, {
    data: batches(binarize(data, { key: pixels }), { size: batch, epochs: 1, last: 'keep' }),
    key: draws,
    bootstrap,
    metrics: Object.fromEntries(names.map((name) => [name, known[name]])),
    context: ({ labels }) => labels,
    ...(signal && { signal }),
  });
}
