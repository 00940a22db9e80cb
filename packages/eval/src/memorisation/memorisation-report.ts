import { expectIntegers, GenaiError } from '@genai/core';
import type { Neighbours } from '../nearest-neighbours.js';
import { type Points, type Rows, rowsOf } from '../points.js';
import type { CopiedPair } from './copies.js';
import { mannWhitney } from './mann-whitney.js';
import { nearestTo } from './nearest-in-stream.js';

export interface MemorisationReportOptions {
  /** The share of held-out examples that may count as copies, which fixes from what distance on a sample does; 0.01 unless given. */
  readonly tolerance?: number;
  /** How many of the worst pairs to give; 20 unless given. */
  readonly worst?: number;
  /** How many neighbours of each sample to keep, for a picture of them; 1 unless given. */
  readonly neighbours?: number;
  /** Stops: rejects with the signal's reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link memorisationReport} found. */
export interface MemorisationReport {
  /** Samples at this distance from a training example or nearer are called copies: so near come only `tolerance` of the held-out data. */
  readonly within: number;
  /** The share of samples that are copies; about `tolerance` of a model that copies nothing. */
  readonly copies: number;
  /** The median distance of samples to the training data over that of held-out data: about 1 is healthy, near 0 copied. */
  readonly distanceRatio: number;
  /** The score of {@link dataCopyingTest} in one cell: below −3 samples are copied. */
  readonly score: number;
  /** The samples nearest to the training data, the nearest first, copies or not. */
  readonly worst: readonly CopiedPair[];
  /** The nearest training examples of every sample. */
  readonly nearest: readonly Neighbours[];
}

/**
 * Whether a model repeats its training data, in one pass over them, batch after batch: how near samples come to it beside how near held-out data come.
 *
 * samples: (samples, width), heldOut: (held out, width), training: batches of (…, width), `[features]` if they fit in memory.
 *
 * @example
 * const report = await memorisationReport({ samples, training: featuresOf(trainingImages), heldOut }, { neighbours: 8 });
 * report.copies; // 0.12, where 0.01 is usual
 * @throws GenaiError unless all are matrices of finite numbers of one width, with at least `neighbours` training examples, and `tolerance` lies between 0 and 1.
 * @source Meehan et al. 2020, "A non-parametric test to detect data-copying in generative models".
 */
export async function memorisationReport(
  sides: {
    readonly samples: Points;
    readonly training: Iterable<Points> | AsyncIterable<Points>;
    readonly heldOut: Points;
  },
  { tolerance = 0.01, worst = 20, neighbours = 1, signal }: MemorisationReportOptions = {},
): Promise<MemorisationReport> {
  const where = 'memorisationReport';
  expectIntegers(where, { worst, neighbours });
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new GenaiError(`${where}: got tolerance ${tolerance}, expected a share between 0 and 1.`);
  }
  const samples = await rowsOf(`${where}, the samples`, sides.samples);
  const heldOut = await rowsOf(`${where}, the held-out data`, sides.heldOut, 1, samples.width);
  // Both at once: the training data may be met only once.
  const found = await nearestTo(where, joined(samples, heldOut), sides.training, neighbours, signal);
  const nearest = found.slice(0, samples.count);
  const distances = nearest.map((neighbour) => neighbour.distances[0]!);
  const usual = found.slice(samples.count).map((neighbour) => neighbour.distances[0]!);
  const sorted = [...usual].sort((a, b) => a - b);
  const within = sorted[Math.max(0, Math.ceil(tolerance * sorted.length) - 1)]!;
  return {
    within,
    copies: distances.filter((distance) => distance <= within).length / samples.count,
    distanceRatio: median(distances) / median(usual),
    score: mannWhitney(distances, usual),
    worst: nearest
      .map(({ indices }, sample) => ({ sample, training: indices[0]!, distance: distances[sample]! }))
      .sort((a, b) => a.distance - b.distance || a.sample - b.sample)
      .slice(0, worst),
    nearest,
  };
}

function joined(a: Rows, b: Rows): Rows {
  const values = new Float64Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { values, count: a.count + b.count, width: a.width };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
