import { fold, type Model } from '@genai/core';
import {
  bootstrap as bootstrapped,
  type EvaluateOptions,
  evaluate,
  type Interval,
  type Metric,
  type Score,
} from '@genai/eval';
import { clone, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { Measured } from './trainable.js';

/** The mean over examples, with the interval that resampling them gives where that was asked for. */
export type Scored = Score & { readonly interval?: Interval };

/**
 * `evaluate` of `@genai/eval`; with `bootstrap`, so many resamples of the examples give each mean its 95 % interval.
 *
 * Models measured with one key see the same resamples.
 */
export async function evaluated<P, D, C, B, const M extends { readonly [name: string]: Metric<D, B> }>(
  model: Model<P, D, C>,
  params: P,
  options: EvaluateOptions<D, C, B, M> & { readonly bootstrap?: number | undefined },
): Promise<{ readonly [name in keyof M]: Scored }> {
  const { bootstrap: rounds, key } = options;
  if (rounds === undefined) return evaluate(model, params, options);
  const kept: { readonly [name: string]: Tensor[] } = Object.fromEntries(
    Object.keys(options.metrics).map((name) => [name, []]),
  );
  const metrics = Object.fromEntries(
    Object.entries(options.metrics).map(([name, metric]) => [name, keeping(metric, kept[name]!)]),
  ) as M;
  try {
    const scores = await evaluate(model, params, { ...options, metrics });
    const entries = Object.entries<Score>(scores).map(async ([name, score]): Promise<[string, Scored]> => {
      const values = (await Promise.all(kept[name]!.map((value) => value.data()))).flatMap((part) => [...part]);
      if (values.length !== score.count) return [name, score]; // means of batches
      const mean = (rows: Int32Array): number => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
      return [name, { ...score, interval: bootstrapped(values.length, mean, { key: fold(key, ROUNDS), rounds }) }];
    });
    return Object.fromEntries(await Promise.all(entries)) as { [name in keyof M]: Scored };
  } finally {
    for (const value of Object.values(kept).flat()) value.dispose();
  }
}

/** Folded into the key for the resamples: batches take the numbers from 0 on. */
const ROUNDS = 0x626f6f74;

/** The metric, a copy of what it gives for each batch kept aside. */
function keeping<D, B>(metric: Metric<D, B>, aside: Tensor[]): Metric<D, B> {
  return {
    ...metric,
    measure: (distribution, batch, key) => {
      const value = metric.measure(distribution, batch, key);
      aside.push(keep(clone(value))); // evaluate frees its own
      return value;
    },
  };
}

/** Scores as the commands take them. */
export function measurements(scores: { readonly [name: string]: Scored | undefined }): Measured['scores'] {
  return Object.fromEntries(
    Object.entries(scores).flatMap(([name, score]) => {
      if (score === undefined) return [];
      const { mean, standardError, unit = '', interval } = score;
      return [[name, { mean, standardError, unit, ...(interval && { interval }) }]];
    }),
  );
}
