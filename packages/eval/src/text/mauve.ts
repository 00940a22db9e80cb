import { expectIntegers, GenaiError, type Key } from '@genai/core';
import { type Points, type Rows, rowsOf } from '../points.js';
import { kMeans } from './k-means.js';
import { type MauveCurve, type MauveCurveOptions, mauveFromHistograms } from './mauve-from-histograms.js';
import { principalComponents } from './principal-components.js';

export interface MauveOptions extends MauveCurveOptions {
  /** Where clusters begin. */
  readonly key: Key;
  /** Bins of the histograms; a tenth of the smaller set unless given, at least 2. */
  readonly clusters?: number;
  /** The share of the variance that is kept before clustering, 1 for all. */
  readonly explainedVariance?: number;
  /** Runs of the clustering, of which the best counts. */
  readonly restarts?: number;
  /** Rounds of one run at most. */
  readonly iterations?: number;
  /** Stops: rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link mauve} found. */
export interface Mauve extends MauveCurve {
  /** The same of histograms with half a count more in each bin: less biased where there are few samples. */
  readonly smoothed: MauveCurve;
  /** Samples in each cluster. */
  readonly histograms: { readonly p: Int32Array; readonly q: Int32Array };
}

/**
 * MAUVE of two sets of features of texts, (count, width) each: both are clustered together, and their histograms over the clusters
 * compared. 1 for equal distributions; higher is better.
 *
 * Numbers compare only for the same features, counts, clusters and scaling. The published ones are of GPT-2's last hidden states,
 * which this package does not bring. As the authors' program, features are scaled to norm 1 and reduced to their leading components,
 * which takes a second for a width of 512 and a minute for 2,048; `explainedVariance` 1 spares that.
 *
 * @example
 * const { mauve: score, smoothed } = await mauve(ofHumans, ofTheModel, { key: key(0) });
 * @throws GenaiError unless both are matrices of finite numbers, of one width, with no fewer rows than clusters together.
 * @source Pillutla et al. 2021, "MAUVE: measuring the gap between neural text and human text using divergence frontiers", section 2;
 * Pillutla et al. 2023, "MAUVE scores for generative models: theory and practice", for the smoothed one.
 */
export async function mauve(
  p: Points,
  q: Points,
  { key, clusters, explainedVariance = 0.9, restarts = 5, iterations = 500, signal, ...curve }: MauveOptions,
): Promise<Mauve> {
  const ps = await rowsOf('mauve', p);
  const qs = await rowsOf('mauve', q, 1, ps.width);
  const bins = clusters ?? Math.max(2, Math.round(Math.min(ps.count, qs.count) / 10));
  expectIntegers('mauve', { clusters: bins, restarts, iterations });
  if (bins > ps.count + qs.count) {
    throw new GenaiError(`mauve: got ${ps.count} and ${qs.count} samples, expected at least ${bins}, the clusters.`);
  }
  if (!(explainedVariance > 0 && explainedVariance <= 1)) {
    throw new GenaiError(`mauve: explainedVariance must be above 0 and at most 1, got ${explainedVariance}.`);
  }
  const all = unitRows(ps, qs);
  const reduced = explainedVariance < 1 ? await principalComponents(all, explainedVariance) : all;
  const labels = await kMeans(reduced, { clusters: bins, key, restarts, iterations, signal });
  const [ours, theirs] = [histogram(labels.subarray(0, ps.count), bins), histogram(labels.subarray(ps.count), bins)];
  return {
    ...mauveFromHistograms(ours, theirs, curve),
    smoothed: mauveFromHistograms(halfMore(ours), halfMore(theirs), curve),
    histograms: { p: ours, q: theirs },
  };
}

/** Both sets, each row divided by its norm; rows of zeros stay. */
function unitRows(p: Rows, q: Rows): Rows {
  const { width } = p;
  const count = p.count + q.count;
  const values = new Float32Array(count * width);
  for (const [{ values: from }, start] of [
    [p, 0],
    [q, p.values.length],
  ] as const) {
    for (let at = 0; at < from.length; at += width) {
      let square = 0;
      for (let k = 0; k < width; k++) square += from[at + k]! ** 2;
      const norm = Math.sqrt(square) || 1;
      for (let k = 0; k < width; k++) values[start + at + k] = from[at + k]! / norm;
    }
  }
  return { values, count, width };
}

function histogram(labels: Int32Array, bins: number): Int32Array {
  const counts = new Int32Array(bins);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** The estimator of Krichevsky and Trofimov. */
function halfMore(counts: Int32Array): Float64Array {
  return Float64Array.from(counts, (count) => count + 0.5);
}
