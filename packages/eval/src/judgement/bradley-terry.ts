import { GenaiError } from '@genai/core';
import { inverse, Matrix } from 'ml-matrix';
import type { Figure, Interval } from '../figure.js';
import { percentiles } from '../percentiles.js';
import { chances, type Fit, fitStrengths } from './fit-strengths.js';
import { isConnected } from './is-connected.js';
import { NoMaximumError } from './no-maximum-error.js';
import { normalQuantile } from './normal-quantile.js';
import { hasWins, type Resampling, resampleStrengths } from './resample-strengths.js';
import { tally } from './tally.js';
import type { Vote } from './vote.js';
import { expectLevel } from './wilson-interval.js';

export interface BradleyTerryOptions {
  /** What a tie is: half a win for both, unless given, or an outcome with a chance of its own (Davidson 1970). */
  readonly ties?: 'half' | 'davidson';
  /** Precision of a normal prior on each strength in nats, 0 unless given. Above 0 there is an answer even if a system won all. */
  readonly prior?: number;
  /** The system whose rating is fixed, and at what. Unless given the mean of all is 1000. */
  readonly anchor?: { readonly system: string; readonly rating: number };
  /**
   * Where intervals come from: the `sandwich` of curvature and scatter unless given, which holds where the model does not quite;
   * the curvature alone (`hessian`); or resamples.
   */
  readonly intervals?: 'sandwich' | 'hessian' | Resampling;
  /** How often intervals shall hold the true value, 0.95 unless given. */
  readonly level?: number;
}

/** How strong systems are, the best first. */
export interface BradleyTerry {
  readonly systems: readonly Strength[];
  /** Davidson's ν: 0 means no ties, 1 that equals tie in a third of the cases. 0 where ties are halves. */
  readonly ties: number;
  /** How likely the first is preferred to the second, half of the chance of a tie included. */
  readonly winRate: (first: string, second: string) => number;
  /** By how many Elo points the first is stronger. */
  readonly difference: (first: string, second: string) => Figure & { readonly interval: Interval };
}

export interface Strength {
  readonly system: string;
  /** On Elo's scale: 400 points more are ten times the odds. */
  readonly rating: Figure & { readonly interval: Interval };
  /** θ in nats, the mean of all systems 0: odds are exp(θ_i − θ_j). */
  readonly strength: number;
  /** exp(θ) over the sum of all: how likely it would be chosen among all of them at once (Luce). */
  readonly share: number;
  /** Votes it stood in. */
  readonly votes: number;
}

/**
 * The strengths of systems from votes on pairs of them, by maximum likelihood: the odds that i is preferred to j are exp(θ_i − θ_j).
 *
 * @example
 * const { systems } = bradleyTerry(votes, { intervals: { key: key(0), over: 'raters' } });
 * for (const { system, rating } of systems) console.log(system, rating.value, rating.interval);
 * @throws GenaiError without votes and for a system set beside itself.
 * @throws NoMaximumError without a prior, where a group of systems won all, or lost all, against the others, or never met them.
 * @source Bradley and Terry 1952, "Rank analysis of incomplete block designs"; Davidson 1970, "On extending the Bradley-Terry model
 * to accommodate ties in paired comparison experiments"; Huber 1967 for the sandwich.
 */
export function bradleyTerry(votes: readonly Vote[], options: BradleyTerryOptions = {}): BradleyTerry {
  const where = 'bradleyTerry';
  const { ties = 'half', prior = 0, anchor, intervals = 'sandwich', level = 0.95 } = options;
  const { systems, pairs } = tally(where, votes);
  expectLevel(where, level);
  if (!(prior >= 0 && prior < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`${where}: got a prior of ${prior}, expected a precision of at least 0.`);
  }
  if (anchor && !systems.includes(anchor.system)) {
    throw new GenaiError(`${where}: the anchor "${anchor.system}" has no votes. Known: ${systems.join(', ')}.`);
  }
  if (prior === 0 && !isConnected(pairs, systems.length)) {
    throw new NoMaximumError(
      `${where}: some systems won all, lost all or never met the others, so that strengths have no maximum. Give more votes, or a prior: 0.1.`,
    );
  }
  if (ties === 'davidson' && !hasWins(pairs)) {
    throw new NoMaximumError(`${where}: all votes are ties, so that their chance has no maximum. Use ties: 'half'.`);
  }
  const fitting = { davidson: ties === 'davidson', prior };
  const fit = fitStrengths(pairs, systems.length, fitting);
  const { strengths } = fit;
  const intervalOf =
    typeof intervals === 'string'
      ? byCurvature(fit, intervals, level)
      : byResamples(resampleStrengths(where, votes, systems, fitting, intervals), level);

  const counts = systems.map((_, i) =>
    pairs.reduce(
      (sum, { first, second, ...of }) => sum + (first === i || second === i ? of.wins + of.losses + of.ties : 0),
      0,
    ),
  );
  const highest = Math.max(...strengths);
  const total = strengths.reduce((sum, theta) => sum + Math.exp(theta - highest), 0);
  // What ratings are counted from: the anchor, or the mean of all.
  const origin = systems.map((system) => (anchor ? Number(system === anchor.system) : 1 / systems.length));
  const found = systems.map((system, i): Strength => {
    const contrast = origin.map((share, j) => Number(i === j) - share);
    return {
      system,
      rating: { ...onElo(contrast, anchor?.rating ?? 1000), better: 'higher' },
      strength: strengths[i]!,
      share: Math.exp(strengths[i]! - highest) / total,
      votes: counts[i]!,
    };
  });
  return {
    systems: found.sort((a, b) => b.strength - a.strength),
    ties: fit.ties,
    winRate: (first, second) => {
      const [win, , tie] = chances(strengths[place(first)]! - strengths[place(second)]!, fit.ties);
      return win + tie / 2;
    },
    difference: (first, second) => {
      const [i, j] = [place(first), place(second)];
      return onElo(systems.map((_, at) => Number(at === i) - Number(at === j)));
    },
  };

  /** The figure and interval of a weighted sum of strengths, in points. */
  function onElo(contrast: readonly number[], offset = 0): Figure & { readonly interval: Interval } {
    const value = dot(contrast, strengths);
    const { low, high } = intervalOf(contrast, value);
    return {
      value: offset + POINTS * value,
      interval: { low: offset + POINTS * low, high: offset + POINTS * high, level },
    };
  }
  function place(system: string): number {
    const at = systems.indexOf(system);
    if (at >= 0) return at;
    throw new GenaiError(`${where}: "${system}" has no votes. Known: ${systems.join(', ')}.`);
  }
}

type IntervalOf = (contrast: readonly number[], value: number) => Interval;

/** value ± z · √(cᵀ V c), V the inverse information, or the scatter between two of it. */
function byCurvature({ information, scatter }: Fit, kind: 'sandwich' | 'hessian', level: number): IntervalOf {
  const inverted = inverse(information);
  const covariance = kind === 'hessian' ? inverted : inverted.mmul(scatter).mmul(inverted);
  const z = normalQuantile((1 + level) / 2);
  return (contrast, value) => {
    const c = Matrix.columnVector(Array.from({ length: information.rows }, (_, i) => contrast[i] ?? 0));
    const variance = c.transpose().mmul(covariance).mmul(c).get(0, 0);
    const half = z * Math.sqrt(Math.max(0, variance));
    return { low: value - half, high: value + half, level };
  };
}

function byResamples(resamples: readonly Float64Array[], level: number): IntervalOf {
  return (contrast) =>
    percentiles(
      Float64Array.from(resamples, (strengths) => dot(contrast, strengths)),
      level,
    );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Elo points of a nat. */
const POINTS = 400 / Math.LN10;
