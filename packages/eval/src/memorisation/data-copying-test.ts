import { expectIntegers, GenaiError } from '@genai/core';
import { neighboursOf } from '../nearest-neighbours.js';
import { type Points, type Rows, rowsOf } from '../points.js';
import { mannWhitney } from './mann-whitney.js';

export interface DataCopyingTestOptions {
  /** Centres of the cells to test one by one, (cells, width), such as the means of clusters of the training data; one cell unless given. */
  readonly cells?: Points;
  /** Cells with fewer samples are left out; 20 unless given, as in the paper. */
  readonly least?: number;
}

/** What {@link dataCopyingTest} found. */
export interface DataCopying {
  /**
   * A standard score, C_T. Far below 0 (−3 and less): samples lie nearer to the training data than held-out data do, they are copied. Far above 0:
   * they lie further off, the model underfits.
   */
  readonly score: number;
  /** The same of each cell; NaN where it was left out. */
  readonly cells: readonly number[];
}

/**
 * The three-sample test for data copying: whether distances to the training data are less from samples than from held-out data, by ranks.
 *
 * Each side: (count, width). A model that copies in one region and underfits in another may look well as a whole: `cells` tells them
 * apart; their scores are averaged by the held-out data in each.
 *
 * @example
 * const { score } = await dataCopyingTest({ samples, training, heldOut });
 * if (score < -3) console.warn('the model copies its training data');
 * @throws GenaiError unless all are matrices of finite numbers of one width and some cell has `least` samples and held-out data.
 * @source Meehan et al. 2020, "A non-parametric test to detect data-copying in generative models" (Z_U and C_T).
 */
export async function dataCopyingTest(
  sides: { readonly samples: Points; readonly training: Points; readonly heldOut: Points },
  { cells, least = 20 }: DataCopyingTestOptions = {},
): Promise<DataCopying> {
  const where = 'dataCopyingTest';
  expectIntegers(where, { least });
  const training = await rowsOf(`${where}, the training data`, sides.training);
  const samples = await rowsOf(`${where}, the samples`, sides.samples, 1, training.width);
  const heldOut = await rowsOf(`${where}, the held-out data`, sides.heldOut, 1, training.width);
  const centres = cells && (await rowsOf(`${where}, the cells`, cells, 1, training.width));
  const count = centres?.count ?? 1;
  const ofSamples = await distancesByCell(samples, training, centres);
  const ofHeldOut = await distancesByCell(heldOut, training, centres);
  const scores: number[] = [];
  let [total, weight] = [0, 0];
  for (let cell = 0; cell < count; cell++) {
    const [near, usual] = [ofSamples[cell]!, ofHeldOut[cell]!];
    const enough = near.length >= least && usual.length > 0;
    scores.push(enough ? mannWhitney(near, usual) : Number.NaN);
    if (!enough) continue;
    total += usual.length * scores[cell]!;
    weight += usual.length;
  }
  if (weight > 0) return { score: total / weight, cells: scores };
  throw new GenaiError(
    `${where}: no cell has ${least} samples beside held-out data. Pass more samples, fewer cells or another least.`,
  );
}

/** Distances to the nearest training example, apart for each cell. */
async function distancesByCell(rows: Rows, training: Rows, centres: Rows | undefined): Promise<number[][]> {
  const nearest = await neighboursOf(rows, training, 1);
  const cells = centres && (await neighboursOf(rows, centres, 1));
  const distances: number[][] = Array.from({ length: centres?.count ?? 1 }, () => []);
  for (const [i, found] of nearest.entries()) {
    const cell = cells ? cells[i]!.indices[0]! : 0;
    distances[cell]!.push(found.distances[0]!);
  }
  return distances;
}
