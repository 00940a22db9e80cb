import { neighboursOf } from '../nearest-neighbours.js';
import { type Points, rowsOf } from '../points.js';

/** What {@link authenticity} found. */
export interface Authenticity {
  /** The share of samples that are no near copy, 0 to 1; higher is better. About ½ where samples and data are of one distribution. */
  readonly authenticity: number;
  /** Samples that are too near, by their rows, in order. */
  readonly inauthentic: Int32Array;
}

/**
 * The share of samples that lie further from their nearest training example than that example lies from its own nearest neighbour.
 *
 * samples: (samples, width), training: (examples, width). It needs no threshold: where data are dense, a copy must be nearer to be one.
 *
 * @example
 * const { authenticity: share, inauthentic } = await authenticity(sampleFeatures, trainingFeatures);
 * @throws GenaiError unless both are matrices of finite numbers of one width, with at least two training examples.
 * @source Alaa et al. 2022, "How faithful is your synthetic data? Sample-level metrics for evaluating and auditing generative models".
 */
export async function authenticity(samples: Points, training: Points): Promise<Authenticity> {
  const where = 'authenticity';
  const known = await rowsOf(`${where}, the training data`, training, 2);
  const asked = await rowsOf(`${where}, the samples`, samples, 1, known.width);
  const nearest = await neighboursOf(asked, known, 1);
  const spacing = await neighboursOf(known, known, 1, true);
  const inauthentic = Int32Array.from(
    nearest.flatMap(({ indices, distances }, i) => (distances[0]! <= spacing[indices[0]!]!.distances[0]! ? [i] : [])),
  );
  return { authenticity: 1 - inauthentic.length / asked.count, inauthentic };
}
