import type { Key } from '@genai/core';
import type { Figures } from './figure.js';
import type { Points } from './points.js';
import type { Accumulator, Statistics } from './statistics.js';

/**
 * Something to measure about samples beside reference data, as a value: Fréchet distance, kernel distance, precision.
 *
 * Either side is met batch after batch and kept as {@link Statistics} in bounded memory, so that a reference is measured once and
 * saved. {@link compareSamples} runs several over one pass of the data.
 *
 * @typeParam N - the names of the figures it gives.
 * @typeParam B - one batch: features, (count, width), unless the metric says otherwise.
 */
export interface SampleMetric<N extends string = string, B = Points> {
  /** A name without spaces, for signatures and tables: `frechet`. */
  readonly name: string;
  /** All settings that change the figures, those left to their defaults included: they go into the signature. */
  readonly settings: { readonly [name: string]: string | number | boolean };
  /** An empty accumulator. `key` chooses what a metric keeps that cannot keep all. */
  readonly gather: (key: Key) => Accumulator<B, Statistics>;
  /** The figures. Pure: `key` is its only chance. */
  readonly compare: (samples: Statistics, reference: Statistics, key: Key) => Promise<Figures<N>>;
}
