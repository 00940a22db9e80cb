import { GenaiError } from '@genai/core';

/**
 * The area under the receiver operating characteristic: how likely a score of `odd` is above one of `usual`, equals counting half. 1 tells
 * the two apart, 0.5 is chance.
 *
 * Infinite scores are welcome, on either side.
 *
 * @example
 * const area = auroc({ odd: await scoresOfNoise.data(), usual: await scoresOfDigits.data() });
 * @throws GenaiError if a side is empty or holds what is no number.
 * @source Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating characteristic (ROC) curve".
 */
export function auroc({
  odd,
  usual,
}: {
  /** Scores of what should score high. */
  readonly odd: ArrayLike<number>;
  /** Scores of what should score low. */
  readonly usual: ArrayLike<number>;
}): number {
  const high = sorted('odd', odd);
  const low = sorted('usual', usual);
  let below = 0; // usual scores under the odd one at hand
  let upTo = 0; // and those not above it
  let wins = 0;
  for (const score of high) {
    while (below < low.length && low[below]! < score) below++;
    while (upTo < low.length && low[upTo]! <= score) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (high.length * low.length);
}

function sorted(side: string, scores: ArrayLike<number>): Float64Array {
  if (scores.length === 0) throw new GenaiError(`auroc: there are no scores for ${side}. Pass at least one.`);
  const values = Float64Array.from(scores);
  const bad = values.findIndex(Number.isNaN);
  if (bad >= 0) throw new GenaiError(`auroc: score ${bad} of ${side} is NaN, expected numbers.`);
  return values.sort();
}
