import { percentiles } from '../percentiles.js';
import { fitStrengths } from './fit-strengths.js';
import { type Resampling, resampleStrengths } from './resample-strengths.js';
import { tally } from './tally.js';
import type { Vote } from './vote.js';
import { expectLevel } from './wilson-interval.js';

export interface RankStabilityOptions extends Resampling {
  readonly ties?: 'half' | 'davidson';
  /** As of `bradleyTerry`, 0.01 unless given: faint, so that there is always an answer. */
  readonly prior?: number;
  readonly level?: number;
}

/** How firmly a system stands where it stands. */
export interface RankStability {
  readonly system: string;
  /** 1 is the best. */
  readonly rank: number;
  /** The ranks that it takes in `level` of the resamples. */
  readonly low: number;
  readonly high: number;
  /** The share of resamples in which it takes each rank, from the first to the last. */
  readonly shares: readonly number[];
}

/**
 * Which ranks systems take when the votes are drawn again and again: an order that other votes would turn round is none.
 *
 * @example
 * const [best] = rankStability(votes, { key: key(0), over: 'raters' });
 * console.log(best.system, best.shares[0]); // how sure is the first place?
 * @throws GenaiError as `bradleyTerry` does.
 * @source Hall and Miller 2009, "Using the bootstrap to quantify the authority of an empirical ranking".
 */
export function rankStability(votes: readonly Vote[], options: RankStabilityOptions): readonly RankStability[] {
  const { ties = 'half', prior = 0.01, level = 0.95 } = options;
  const { systems, pairs } = tally('rankStability', votes);
  expectLevel('rankStability', level);
  const fitting = { davidson: ties === 'davidson', prior };
  const ranks = ranksOf(fitStrengths(pairs, systems.length, fitting).strengths);
  const resampled = resampleStrengths('rankStability', votes, systems, fitting, options).map(ranksOf);
  return systems
    .map((system, i): RankStability => {
      const taken = Float64Array.from(resampled, (row) => row[i]!);
      const shares = systems.map((_, rank) => taken.filter((value) => value === rank + 1).length / taken.length);
      const { low, high } = percentiles(taken, level);
      return { system, rank: ranks[i]!, low: Math.floor(low), high: Math.ceil(high), shares };
    })
    .sort((a, b) => a.rank - b.rank);
}

/** 1 for the strongest; equals in the order of their names. */
function ranksOf(strengths: Float64Array): readonly number[] {
  const order = Array.from(strengths.keys()).sort((a, b) => strengths[b]! - strengths[a]! || a - b);
  const ranks: number[] = [];
  for (const [rank, place] of order.entries()) ranks[place] = rank + 1;
  return ranks;
}
