import { type Key, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset } from '@genai/data';
import { elbo, evaluate, importanceWeightedNll, type Score } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { BuiltModel } from './build-model.js';

/** What can be measured, all in nats an image: a lower bound of log p(x), and an upper bound of −log p(x). */
export const METRICS = ['elbo', 'importanceWeightedNll'] as const;
export type MetricName = (typeof METRICS)[number];

export interface MeasureOptions {
  /** Intensities in [0, 1]; they are binarised with the key, the same for every image each time. */
  readonly data: Dataset<Tensor>;
  readonly names: readonly MetricName[];
  /** Draws of z for each image of the importance-weighted bound. */
  readonly samples: number;
  readonly batch: number;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** What was measured, each in nats with its standard error. */
export type Measured = { readonly [name in MetricName]?: Score };

/** Averages over the images of a data set, each taken once. */
export async function measure(
  model: BuiltModel,
  params: Tree<Tensor>,
  { data, names, samples, batch, key, signal }: MeasureOptions,
): Promise<Measured> {
  const [pixels, draws] = split(key);
  const known = { elbo: elbo(), importanceWeightedNll: importanceWeightedNll({ samples }) };
  return evaluate(model, params, {
    data: batches(binarize(data, { key: pixels }), { size: batch, epochs: 1, last: 'keep' }),
    key: draws,
    metrics: Object.fromEntries(names.map((name) => [name, known[name]])),
    ...(signal && { signal }),
  });
}
