import { expectIntegers, GenaiError, type Key, randomUniform } from '@genai/core';

/**
 * How many terms of log det (I + J) = Σₖ (−1)^(k+1) tr Jᵏ / k are summed for a net of this bound, and by what each is multiplied:
 * weight k − 1 belongs to the kth.
 */
export type Series = (bound: number, key: Key | undefined) => readonly number[];

/** How {@link truncatedSeries} works. */
export interface TruncatedSeriesOptions {
  /** How many terms; unless given as many as leave an error of 1e-4 nats for each feature at most. */
  readonly terms?: number;
}

/**
 * The first terms. What is missing is at most features · boundⁿ⁺¹ / ((n + 1) (1 − bound)) nats after n terms: see {@link seriesError}.
 *
 * @example
 * const layer = invertibleResidual({ features: 2, series: truncatedSeries({ terms: 10 }) });
 * @throws GenaiError if `terms` is not an integer of at least 1.
 * @source Behrmann et al. 2019, "Invertible residual networks", section 3 and theorem 3.
 */
export function truncatedSeries({ terms }: TruncatedSeriesOptions = {}): Series {
  if (terms !== undefined) expectIntegers('truncatedSeries', { terms });
  return (bound) => new Array<number>(terms ?? enough(bound)).fill(1);
}

/** How {@link roulette} works. */
export interface RouletteOptions extends TruncatedSeriesOptions {
  /** Terms that are always summed; 4 unless given. */
  readonly sure?: number;
  /**
   * The chance that one more is summed, again and again: the net's bound unless given. The variance is finite where the square of
   * the net's true steepness is below it.
   */
  readonly more?: number;
}

/**
 * A random number of terms, later ones weighed up by how seldom they are summed: unbiased, and shorter than a series cut where
 * nothing is missing. Without a key the series is cut, as by {@link truncatedSeries}.
 *
 * The number is drawn on the host: a step with it is computed anew each time, not captured.
 *
 * @example
 * const layer = invertibleResidual({ features: 64, trace: hutchinson(), series: roulette() });
 * @throws GenaiError if `sure` is not an integer of at least 1, or `more` not between 0 and 1.
 * @source Chen et al. 2019, "Residual flows for invertible generative modeling", eq. 6, with a geometric distribution after the
 * first terms.
 */
export function roulette({ sure = 4, more, ...cut }: RouletteOptions = {}): Series {
  expectIntegers('roulette', { sure });
  if (more !== undefined && !(more > 0 && more < 1)) {
    throw new GenaiError(`roulette: more must be a chance above 0 and below 1, got ${more}.`);
  }
  const truncated = truncatedSeries(cut);
  return (bound, key) => {
    if (!key) return truncated(bound, key);
    const chance = more ?? bound;
    const u = randomUniform(key, 1)[0]!;
    const extra = Math.floor(Math.log(1 - u) / Math.log(chance)); // P(extra ≥ j) = chanceʲ
    return Array.from({ length: sure + extra }, (_, i) => chance ** -Math.max(0, i + 1 - sure)); // 1 / P(N ≥ k)
  };
}

/**
 * What a series cut after `terms` may be off for each feature, in nats.
 *
 * @example
 * seriesError(0.9, 10); // 0.29
 * @source Behrmann et al. 2019, "Invertible residual networks", theorem 3; its rest is at most a geometric series.
 */
export function seriesError(bound: number, terms: number): number {
  return bound ** (terms + 1) / ((terms + 1) * (1 - bound));
}

function enough(bound: number): number {
  let terms = 1;
  while (seriesError(bound, terms) > 1e-4) terms++;
  return terms;
}
