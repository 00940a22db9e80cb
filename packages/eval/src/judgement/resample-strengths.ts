import { expectIntegers, fold, GenaiError, type Key, randomIntegers } from '@genai/core';
import { type FitOptions, fitStrengths } from './fit-strengths.js';
import { isConnected } from './is-connected.js';
import { counted } from './tally.js';
import type { Vote } from './vote.js';

export interface Resampling {
  readonly key: Key;
  /** Resamples drawn, 1,000 unless given. */
  readonly rounds?: number;
  /**
   * What is drawn with replacement: single votes, unless given, or raters with all their votes. The latter also tells how much
   * other raters would differ; it needs a dozen of them or more.
   */
  readonly over?: 'votes' | 'raters';
}

/** Strengths fitted to resamples of the votes, one row a round. Draw i comes from `fold(key, i)`. */
export function resampleStrengths(
  where: string,
  votes: readonly Vote[],
  systems: readonly string[],
  options: FitOptions,
  { key, rounds = 1_000, over = 'votes' }: Resampling,
): readonly Float64Array[] {
  expectIntegers(where, { rounds });
  const groups = over === 'raters' ? byRater(where, votes) : votes.map((vote) => [vote]);
  return Array.from({ length: rounds }, (_, i) => {
    const drawn = randomIntegers(fold(key, i), groups.length, { min: 0, max: groups.length });
    const pairs = counted(votesOf(groups, drawn), systems);
    // Where a resample has no maximum, as when somebody won all, a faint prior gives strengths far out: wide intervals are the truth.
    const prior = Math.max(options.prior, isConnected(pairs, systems.length) && hasWins(pairs) ? 0 : FAINT);
    return fitStrengths(pairs, systems.length, { davidson: options.davidson && hasWins(pairs), prior }).strengths;
  });
}

/** Whether any vote decided: with ties alone Davidson's ν has no maximum. */
export function hasWins(pairs: readonly { readonly wins: number; readonly losses: number }[]): boolean {
  return pairs.some(({ wins, losses }) => wins + losses > 0);
}

function* votesOf(groups: readonly (readonly Vote[])[], drawn: Int32Array): Generator<Vote> {
  for (const place of drawn) yield* groups[place]!;
}

function byRater(where: string, votes: readonly Vote[]): readonly (readonly Vote[])[] {
  const groups = new Map<string, Vote[]>();
  for (const [i, vote] of votes.entries()) {
    if (vote.rater === undefined) {
      throw new GenaiError(`${where}: vote ${i} names no rater. Give it one, or resample over votes.`);
    }
    const group = groups.get(vote.rater);
    if (group) group.push(vote);
    else groups.set(vote.rater, [vote]);
  }
  return [...groups.values()];
}

const FAINT = 1e-4;
