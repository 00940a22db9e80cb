import { fold, GenaiError, type Key, leaves, type Model, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import type { Metric } from './metric.js';
import { type Score, Total } from './score.js';

/** What {@link evaluate} needs. */
export type EvaluateOptions<D, C, B, M extends { readonly [name: string]: Metric<D, B> }> = {
  /** The batches, each example along axis 0, the last batch may be smaller. They stay their owner's. */
  readonly data: Iterable<B> | AsyncIterable<B>;
  /** Where the metrics' randomness comes from: batch i (0 is the first) uses `fold(key, i)`, every metric the same. */
  readonly key: Key;
  /** What to measure, by the names that the scores shall have. */
  readonly metrics: M;
  /** Stops: rejects with the signal's reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
} & (C extends void
  ? { readonly context?: undefined }
  : {
      /** What the model is conditioned on, from the batch. */
      readonly context: (batch: B) => C;
    });

/**
 * Measures a model on data: the mean of each metric over all examples, with its standard error.
 *
 * One batch is in memory at a time, and nothing is left over. Stochastic layers do not act.
 *
 * @example
 * const metrics = { elbo: elbo(), nll: importanceWeightedNll({ samples: 1_000 }) };
 * const scores = await evaluate(digits, params, { data, key: key(2), metrics });
 * console.log(`${scores.nll.mean} ± ${scores.nll.standardError} nats`);
 * @throws GenaiError if there are no data, or a metric gives neither a number for each example nor a scalar.
 */
export async function evaluate<P, D, C, B, const M extends { readonly [name: string]: Metric<D, B> }>(
  model: Model<P, D, C>,
  params: P,
  options: EvaluateOptions<D, C, B, M>,
): Promise<{ readonly [name in keyof M]: Score }> {
  const { data, key, metrics, signal } = options;
  const context = options.context as ((batch: B) => C) | undefined;
  const entries = Object.entries(metrics);
  const totals = entries.map(() => new Total());
  let batches = 0;
  let breath = performance.now();
  signal?.throwIfAborted();
  for await (const batch of data) {
    signal?.throwIfAborted();
    const batchKey = fold(key, batches++);
    const measured = scope(() => {
      const distribution = model.given(params, context?.(batch) as C);
      // A clone, because a metric may hand back a tensor that is not its own.
      return entries.map(([, { measure }]) => scope(() => clone(measure(distribution, batch, batchKey))));
    });
    try {
      for (const [i, value] of measured.entries())
        await addTo(totals[i]!, entries[i]![0], value, batch as Tree<Tensor>);
    } finally {
      for (const value of measured) value.dispose();
    }
    if (performance.now() - breath > 16) {
      await new Promise((resolve) => setTimeout(resolve)); // so that a page stays alive and signals arrive
      breath = performance.now();
    }
  }
  if (batches === 0) throw new GenaiError('evaluate: the data gave no batch. Pass data with at least one example.');
  return Object.fromEntries(entries.map(([name, { unit }], i) => [name, totals[i]!.score(unit)])) as {
    [name in keyof M]: Score;
  };
}

async function addTo(total: Total, name: string, value: Tensor, batch: Tree<Tensor>): Promise<void> {
  const rows = leaves<Tensor>(batch)[0]?.[1].shape[0] ?? 1;
  if (value.rank > 1 || (value.rank === 1 && value.size !== rows)) {
    throw new GenaiError(
      `evaluate: metric "${name}" gave shape [${value.shape.join(', ')}] for a batch of ${rows}, expected [${rows}] or a ` +
        'scalar. If its distribution scores each feature alone, make it one over the event (independent).',
    );
  }
  const numbers = await value.data();
  for (const number of numbers) total.add(number, value.rank === 0 ? rows : 1);
}
