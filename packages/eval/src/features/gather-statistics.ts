import { fold, GenaiError, isLeaf, type Key, type TensorLike } from '@genai/core';
import { breathing } from '../breathing.js';
import type { SampleMetric } from '../sample-metric.js';
import type { Statistics } from '../statistics.js';

/** Batches of samples, in memory or as they come. They stay their owner's. */
export type SampleBatches<S> = Iterable<S> | AsyncIterable<S>;

/** Sample metrics by the names that their figures shall have. */
export type SampleMetrics = { readonly [name: string]: SampleMetric<string, never> };

/** What all these metrics take as a batch. */
export type BatchOf<M extends SampleMetrics> = M[keyof M] extends SampleMetric<string, infer B> ? B : never;

/** {@link Statistics} by the names of metrics. */
export type StatisticsOf<M> = { readonly [name in keyof M]: Statistics };

/**
 * What turns a batch of samples into what metrics take: a net, as a rule. With a name it goes into the signature: `{ name:
 * 'fashion-mnist-8c1f', extract }`, of a name that changes with the weights.
 *
 * The tensors it makes are disposed of when the metrics have seen them.
 */
export type Features<S, B> = Extractor<S, B> | { readonly name: string; readonly extract: Extractor<S, B> };

type Extractor<S, B> = (batch: S) => B | Promise<B>;

/** Features are needed where metrics do not take batches as they are. */
export type FeaturesFor<S, B> = [S] extends [B]
  ? { readonly features?: Features<S, B> | undefined }
  : { readonly features: Features<S, B> };

export type GatherStatisticsOptions<S, M extends SampleMetrics> = {
  readonly data: SampleBatches<S>;
  readonly metrics: M;
  /** Chooses what is kept by metrics that cannot keep all. */
  readonly key: Key;
  /** Stops: rejects with the signal's reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
} & FeaturesFor<S, BatchOf<M>>;

/**
 * What each metric keeps of a reference, in one pass over it, for `reference` of {@link compareSamples}: measured once, compared
 * with again and again.
 *
 * It is plain data. To save the statistics of one metric: `saveTensors(store, new Map(Object.entries(statistics.frechet).map(([name,
 * { shape, values }]) => [name, { dtype: values instanceof Float64Array ? 'F64' : 'F32', shape, data: values }])))`; read them with
 * `decodeSafetensors`, which gives back each bit.
 *
 * @example
 * const reference = await gatherStatistics({ data, features, metrics: { frechet: frechet() }, key: key(0) });
 * @throws GenaiError if there are no data.
 */
export async function gatherStatistics<S, const M extends SampleMetrics>(
  options: GatherStatisticsOptions<S, M>,
): Promise<StatisticsOf<M>> {
  const { data, metrics, key, signal } = options;
  const features = options.features as Features<S, never> | undefined;
  // As compareSamples does with the batches of a reference, so that it makes no difference who gathers.
  const { statistics } = await gatherAll('gatherStatistics', data, {
    metrics,
    features,
    key: fold(key, REFERENCE),
    signal,
  });
  return statistics as StatisticsOf<M>;
}

/** What a key is folded with. */
export const SAMPLES = 0;
export const REFERENCE = 1;
export const COMPARISON = 2;

/** The statistics by the names of the metrics, and the number of samples. Every metric gets the same key. */
export async function gatherAll<S>(
  where: string,
  data: SampleBatches<S>,
  {
    metrics,
    features,
    key,
    signal,
  }: {
    readonly metrics: SampleMetrics;
    readonly features: Features<S, never> | undefined;
    readonly key: Key;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ readonly statistics: { readonly [name: string]: Statistics }; readonly count: number }> {
  const extract = typeof features === 'object' ? features.extract : features;
  const accumulators = Object.entries(metrics).map(([name, metric]) => [name, metric.gather(key)] as const);
  const breath = breathing(signal);
  let count = 0;
  for await (const batch of data) {
    signal?.throwIfAborted();
    count += sizeOfBatch(batch);
    const given = extract ? await extract(batch) : (batch as never);
    try {
      for (const [, accumulator] of accumulators) await accumulator.add(given);
    } finally {
      const owned = new Set(tensorsOf(batch));
      for (const tensor of new Set(tensorsOf(given))) if (!owned.has(tensor)) tensor.dispose();
    }
    if (breath.due()) await breath.take();
  }
  if (count === 0) throw new GenaiError(`${where}: the data gave no sample. Pass data with at least one.`);
  const statistics = Object.fromEntries(accumulators.map(([name, accumulator]) => [name, accumulator.result()]));
  return { statistics, count };
}

/** The rows of its first tensor; without tensors, the entries of an array, or of the first in an object. */
function sizeOfBatch(batch: unknown): number {
  const [tensor] = tensorsOf(batch) as { readonly shape?: readonly number[] }[];
  if (tensor) return tensor.shape?.[0] ?? 1;
  if (Array.isArray(batch)) return batch.length;
  const [first] = isPlain(batch) ? Object.values(batch) : [];
  return Array.isArray(first) ? first.length : 1;
}

function tensorsOf(node: unknown): TensorLike[] {
  if (isLeaf(node)) return [node];
  return isPlain(node) && !Array.isArray(node) ? Object.values(node).flatMap(tensorsOf) : [];
}

function isPlain(node: unknown): node is object {
  return typeof node === 'object' && node !== null && !ArrayBuffer.isView(node);
}
