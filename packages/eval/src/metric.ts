import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Something to measure about a distribution, as a value.
 *
 * What a metric needs stands in its type: `bitsPerDim()` is a `Metric<Distribution<Tensor>>`, so it cannot be asked of a
 * model that only samples.
 *
 * @typeParam D - what the model must give: `Samples`, `Distribution`, `LowerBound`, …
 * @typeParam B - one batch.
 */
export interface Metric<D, B = Tensor> {
  /** The unit of the numbers, for tables: `nats`, `bits/dim`. */
  readonly unit?: string;
  /** One number for each example, shape (batch), or the scalar mean over the batch. Pure; its key is its only chance. */
  readonly measure: (distribution: D, batch: B, key: Key) => Tensor;
}

/**
 * The metric on a part of each batch, where a batch is a tree.
 *
 * @example
 * const metrics = { bits: on((batch: Labelled) => batch.image, bitsPerDim()) };
 */
export function on<D, B, X>(pick: (batch: B) => X, metric: Metric<D, X>): Metric<D, B> {
  return { ...metric, measure: (distribution, batch, key) => metric.measure(distribution, pick(batch), key) };
}
