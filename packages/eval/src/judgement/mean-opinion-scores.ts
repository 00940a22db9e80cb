import { GenaiError, type Key } from '@genai/core';
import { bootstrap } from '../bootstrap.js';
import type { Figure, Interval } from '../figure.js';
import { studentQuantile } from './student-quantile.js';
import type { Rating } from './vote.js';
import { expectLevel } from './wilson-interval.js';

export interface MeanOpinionScoresOptions {
  readonly level?: number;
  /** Intervals by drawing raters with all their ratings, instead of Student's t over single ratings. */
  readonly overRaters?: { readonly key: Key; readonly rounds?: number };
}

export interface MeanOpinionScore {
  readonly system: string;
  /** The mean, with an interval where there are two ratings or more. */
  readonly score: Figure;
  readonly ratings: number;
}

/**
 * The mean opinion score of each system, the best first.
 *
 * @example
 * const [best] = meanOpinionScores([{ system: 'a', value: 4 }, { system: 'a', value: 5 }, { system: 'b', value: 2 }]);
 * @throws GenaiError without ratings, for one that is no finite number, and for one without a rater where they are drawn.
 * @source ITU-T P.800.1, "Mean opinion score (MOS) terminology"; ITU-T P.1401, section 7.4, for the interval.
 */
export function meanOpinionScores(
  ratings: readonly Rating[],
  { level = 0.95, overRaters }: MeanOpinionScoresOptions = {},
): readonly MeanOpinionScore[] {
  const where = 'meanOpinionScores';
  if (ratings.length === 0) throw new GenaiError(`${where}: got no ratings, expected at least one.`);
  expectLevel(where, level);
  const bad = ratings.findIndex(({ value, rater }) => !Number.isFinite(value) || (overRaters && rater === undefined));
  if (bad >= 0) {
    throw new GenaiError(
      `${where}: rating ${bad} has value ${ratings[bad]!.value} and rater ${ratings[bad]!.rater}, expected a finite number${overRaters ? ' and a rater' : ''}.`,
    );
  }
  return [...grouped(ratings, ({ system }) => system)]
    .map(([system, own]): MeanOpinionScore => {
      const value = meanOf(own);
      const interval = overRaters ? byRaters(own, level, overRaters) : byStudent(own, value, level);
      return { system, score: { value, better: 'higher', ...(interval && { interval }) }, ratings: own.length };
    })
    .sort((a, b) => b.score.value - a.score.value);
}

function byStudent(ratings: readonly Rating[], mean: number, level: number): Interval | undefined {
  const freedom = ratings.length - 1;
  if (freedom === 0) return undefined;
  const variance = ratings.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / freedom;
  const half = studentQuantile((1 + level) / 2, freedom) * Math.sqrt(variance / ratings.length);
  return { low: mean - half, high: mean + half, level };
}

function byRaters(
  ratings: readonly Rating[],
  level: number,
  { key, rounds = 1_000 }: { readonly key: Key; readonly rounds?: number },
): Interval | undefined {
  const raters = [...grouped(ratings, ({ rater }) => rater!).values()];
  if (raters.length < 2) return undefined;
  return bootstrap(raters.length, (drawn) => meanOf(Array.from(drawn, (i) => raters[i]!).flat()), {
    ...{ key, rounds, level },
  });
}

function meanOf(ratings: readonly Rating[]): number {
  return ratings.reduce((sum, { value }) => sum + value, 0) / ratings.length;
}

function grouped<T>(all: readonly T[], of: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(of(one));
    if (group) group.push(one);
    else groups.set(of(one), [one]);
  }
  return groups;
}
