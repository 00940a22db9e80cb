import type { SampleMetric } from '../sample-metric.js';

/**
 * The metric on a part of each batch, or on what is made of it: of a net that gives features and logits, say.
 *
 * @example
 * const metrics = {
 *   frechet: onBatch((seen: Seen) => seen.features, frechet()),
 *   score: onBatch((seen: Seen) => seen.logits, inceptionScore()),
 * };
 */
export function onBatch<N extends string, B, X>(pick: (batch: B) => X, metric: SampleMetric<N, X>): SampleMetric<N, B> {
  return {
    ...metric,
    gather: (key) => {
      const { add, result } = metric.gather(key);
      return { add: (batch) => add(pick(batch)), result };
    },
  };
}
