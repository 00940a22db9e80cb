import { expectIntegers, GenaiError } from '@genai/core';
import type { Neighbours } from '../nearest-neighbours.js';
import { type Points, rowsOf } from '../points.js';
import { nearestTo } from './nearest-in-stream.js';

export interface CopiesOptions {
  /** From what distance on a sample is no copy; those at this very distance are. */
  readonly within: number;
  /** How many neighbours of each sample to keep, for a picture of them; 1 unless given. */
  readonly neighbours?: number;
  /** Stops: rejects with the signal's reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link copies} found. */
export interface Copies {
  /** The share of samples that are copies, 0 to 1; lower is better. */
  readonly share: number;
  /** The copies, the nearest to its training example first. */
  readonly pairs: readonly CopiedPair[];
  /** The nearest training examples of every sample, copy or not. */
  readonly nearest: readonly Neighbours[];
}

/** A sample and the training example that it is all but equal to. */
export interface CopiedPair {
  /** The row of the sample. */
  readonly sample: number;
  /** The row of the training example, counted over all batches. */
  readonly training: number;
  /** How far they are apart. */
  readonly distance: number;
}

/**
 * The samples that lie within a distance of a training example, and which it is. The training data come batch after batch and need not fit in
 * memory; pass `[features]` if they do.
 *
 * samples: (samples, width), each batch: (…, width). A good `within` is a small quantile of the distances of held-out data to the training data.
 *
 * @example
 * const { share, pairs } = await copies(sampleFeatures, featuresOf(trainingImages), { within: 0.5, neighbours: 8 });
 * pairs[0]; // { sample: 17, training: 40_212, distance: 0.03 }: the worst
 * @throws GenaiError unless all are matrices of finite numbers of one width, with at least `neighbours` training examples, and `within` is at least 0.
 * @source Somepalli et al. 2023, "Diffusion art or digital forgery? Investigating data replication in diffusion models"; Carlini et al. 2023,
 * "Extracting training data from diffusion models", definition 1.
 */
export async function copies(
  samples: Points,
  training: Iterable<Points> | AsyncIterable<Points>,
  { within, neighbours = 1, signal }: CopiesOptions,
): Promise<Copies> {
  expectIntegers('copies', { neighbours });
  if (!(within >= 0)) throw new GenaiError(`copies: within must be a distance of at least 0, got ${within}.`);
  const asked = await rowsOf('copies, the samples', samples);
  const nearest = await nearestTo('copies', asked, training, neighbours, signal);
  const pairs = nearest
    .map(({ indices, distances }, sample) => ({ sample, training: indices[0]!, distance: distances[0]! }))
    .filter(({ distance }) => distance <= within)
    .sort((a, b) => a.distance - b.distance || a.sample - b.sample);
  return { share: pairs.length / asked.count, pairs, nearest };
}
