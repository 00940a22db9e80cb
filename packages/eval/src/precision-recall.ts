import { expectIntegers } from '@genai/core';
import { eachPair, squaredDistance } from './each-pair.js';
import { neighboursOf } from './nearest-neighbours.js';
import { type Points, type Rows, rowsOf } from './points.js';

/** What {@link precisionRecall} found. */
export interface PrecisionRecall {
  /** The share of fakes within the ball of some real: are samples good? */
  readonly precision: number;
  /** The share of reals within the ball of some fake: are samples varied? */
  readonly recall: number;
  /** Precision that counts the balls of reals each fake lies in, over `neighbours`; outliers weigh less. Above 1 at times. */
  readonly density: number;
  /** The share of reals with a fake in their ball: recall that outliers among the fakes cannot raise. */
  readonly coverage: number;
}

export interface PrecisionRecallOptions {
  /** The ball of a point reaches to that many'th neighbour in its own set. 3 and 5 are usual. */
  readonly neighbours: number;
}

/**
 * Improved precision and recall, density and coverage of generated features beside real ones, as the package `prdc` defines them.
 *
 * real: (reals, width), fake: (fakes, width). If both come from one distribution, density tends to 1 and coverage to 1 −
 * 2^(−neighbours). Distances are products of matrices on the engine, tile by tile, and compared in double precision where
 * float32 cannot tell.
 *
 * @example
 * const { precision, recall, density, coverage } = await precisionRecall(realFeatures, fakeFeatures, { neighbours: 5 });
 * @throws GenaiError unless both are matrices of finite numbers, of one width, with more rows than `neighbours`.
 * @source Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative models", eq. 1–2; Naeem et
 * al. 2020, "Reliable fidelity and diversity metrics for generative models", section 3.
 */
export async function precisionRecall(
  real: Points,
  fake: Points,
  { neighbours }: PrecisionRecallOptions,
): Promise<PrecisionRecall> {
  const where = 'precisionRecall';
  expectIntegers(where, { neighbours });
  const reals = await rowsOf(`${where}, the reals`, real, neighbours + 1);
  const fakes = await rowsOf(`${where}, the fakes`, fake, neighbours + 1, reals.width);
  const realRadii = await squaredRadii(reals, neighbours);
  const fakeRadii = await squaredRadii(fakes, neighbours);
  const ballsOfReals = new Float64Array(fakes.count); // in how many each fake lies
  const inFakeBall = new Uint8Array(reals.count);
  const holdsFake = new Uint8Array(reals.count);
  await eachPair(reals, fakes, (i, j, low, high) => {
    if (nearer(realRadii[i]!, i, j, low, high)) {
      ballsOfReals[j]!++;
      holdsFake[i] = 1;
    }
    if (nearer(fakeRadii[j]!, i, j, low, high)) inFakeBall[i] = 1;
  });
  return {
    precision: shareOf(ballsOfReals),
    recall: shareOf(inFakeBall),
    density: ballsOfReals.reduce((a, b) => a + b, 0) / (neighbours * fakes.count),
    coverage: shareOf(holdsFake),
  };

  function nearer(radius: number, i: number, j: number, low: number, high: number): boolean {
    return low < radius && (high < radius || squaredDistance(reals, i, fakes, j) < radius);
  }
}

/** The squared distance of each row to the `neighbours`th of its others. */
async function squaredRadii(rows: Rows, neighbours: number): Promise<Float64Array> {
  const nearest = await neighboursOf(rows, rows, neighbours, true);
  return Float64Array.from(nearest, ({ indices }, i) => squaredDistance(rows, i, rows, indices[neighbours - 1]!));
}

function shareOf(flags: Float64Array | Uint8Array): number {
  let count = 0;
  for (const flag of flags) if (flag > 0) count++;
  return count / flags.length;
}
