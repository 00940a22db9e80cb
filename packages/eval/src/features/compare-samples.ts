import { fold, GenaiError, type Key } from '@genai/core';
import type { Figures } from '../figure.js';
import type { SampleMetric } from '../sample-metric.js';
import { signature } from '../signature.js';
import type { Statistics } from '../statistics.js';
import {
  type BatchOf,
  COMPARISON,
  type Features,
  type FeaturesFor,
  gatherAll,
  REFERENCE,
  SAMPLES,
  type SampleBatches,
  type SampleMetrics,
  type StatisticsOf,
} from './gather-statistics.js';

export type CompareSamplesOptions<S, M extends SampleMetrics> = {
  /** Batches of what was generated. */
  readonly samples: SampleBatches<S>;
  /** Batches of the reference, or what {@link gatherStatistics} kept of it. Only metrics that look at samples alone can do without. */
  readonly reference?: SampleBatches<S> | StatisticsOf<NoInfer<M>> | undefined;
  readonly metrics: M;
  readonly key: Key;
  /** Stops: rejects with the signal's reason before the next batch or metric. */
  readonly signal?: AbortSignal | undefined;
} & FeaturesFor<S, BatchOf<M>>;

/** What {@link compareSamples} found. */
export interface SampleComparison<M> {
  /** The figures of each metric. */
  readonly figures: { readonly [name in keyof M]: M[name] extends SampleMetric<infer N, never> ? Figures<N> : never };
  /** One line for each metric that says what was measured and how: figures with different lines do not compare. */
  readonly signatures: { readonly [name in keyof M]: string };
  /** Samples on either side; of statistics, those that they tell. */
  readonly counts: { readonly samples: number; readonly reference?: number };
}

/**
 * Measures samples beside a reference by several metrics, in one pass over each: batch after batch, in memory that does not grow with
 * their number.
 *
 * Every metric draws from the same key: another one beside it changes nothing. Nothing of the batches is kept or disposed of.
 *
 * @example
 * const reference = await gatherStatistics({ data: images, features, metrics, key: key(0) }); // once
 * const { figures, signatures } = await compareSamples({ samples, reference, features, metrics, key: key(0) });
 * @throws GenaiError if there are no samples, or a metric lacks its reference.
 */
export async function compareSamples<S, const M extends SampleMetrics>(
  options: CompareSamplesOptions<S, M>,
): Promise<SampleComparison<M>> {
  const where = 'compareSamples';
  const { samples, reference, metrics, key, signal } = options;
  const features = options.features as Features<S, never> | undefined;
  const side = (data: SampleBatches<S>, at: number) =>
    gatherAll(where, data, { metrics, features, key: fold(key, at), signal });
  const kept = isBatches(reference) ? undefined : expectAll(where, metrics, reference);
  const first = await side(samples, SAMPLES);
  const second = isBatches(reference) ? await side(reference, REFERENCE) : kept!;
  const figures: { [name: string]: Figures } = {};
  const signatures: { [name: string]: string } = {};
  for (const [name, metric] of Object.entries(metrics)) {
    signal?.throwIfAborted();
    figures[name] = await metric.compare(first.statistics[name]!, second.statistics[name] ?? {}, fold(key, COMPARISON));
    signatures[name] = signature(metric.name, {
      ...metric.settings,
      ...(typeof features === 'object' && { features: features.name }),
      samples: first.count,
      ...(second.count !== undefined && { reference: second.count }),
      key: key.join('.'),
    });
  }
  return {
    figures,
    signatures,
    counts: { samples: first.count, ...(second.count !== undefined && { reference: second.count }) },
  } as SampleComparison<M>;
}

type Side = { readonly statistics: { readonly [name: string]: Statistics }; readonly count?: number };

/** What was gathered of a reference, if there is one. */
function expectAll(where: string, metrics: SampleMetrics, reference?: { readonly [name: string]: Statistics }): Side {
  if (reference === undefined) return { statistics: {} };
  for (const name of Object.keys(metrics)) {
    if (Object.hasOwn(reference, name)) continue;
    const names = Object.keys(reference).join(', ') || 'nothing';
    throw new GenaiError(`${where}: the reference has statistics of ${names}, expected "${name}" too. Gather it.`);
  }
  const [count] = Object.values(reference).flatMap((arrays) => arrays.count?.values[0] ?? []);
  return count === undefined ? { statistics: reference } : { statistics: reference, count };
}

function isBatches<S>(reference: SampleBatches<S> | object | undefined): reference is SampleBatches<S> {
  return reference !== undefined && (Symbol.iterator in reference || Symbol.asyncIterator in reference);
}
