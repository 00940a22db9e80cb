import { key } from '@genai/core';
import {
  type BradleyTerry,
  bradleyTerry,
  krippendorffAlpha,
  type MeanOpinionScore,
  meanOpinionScores,
  NoMaximumError,
  type Vote,
  type WinRate,
  wilsonInterval,
  winRates,
} from '@genai/eval';
import { type CastRating, type CastVote, standing, type VoteRecord } from './vote-record.js';

/** What a file of votes comes to. */
export interface Judgement {
  readonly votes: number;
  readonly ratings: number;
  readonly retracted: number;
  readonly raters: readonly RaterTimes[];
  /** Of votes on pairs. */
  readonly strengths?: BradleyTerry['systems'];
  /** The prior that strengths took, where votes alone have no answer: somebody won all, or lost all. */
  readonly prior?: number;
  readonly winRates?: readonly WinRate[];
  /** The shares of votes that were a tie, and in which neither would do. */
  readonly ties?: number;
  readonly bothBad?: number;
  /** The share of decided votes that went to the left: half, unless raters favour a side. */
  readonly left?: Shared;
  /** Krippendorff's alpha of what several raters said of the same pairs: preferences as an order of loss, tie and win. */
  readonly agreement?: Agreement;
  /** Of ratings. */
  readonly scores?: readonly MeanOpinionScore[];
  readonly ratingAgreement?: Agreement;
}

export interface RaterTimes {
  readonly rater: string;
  readonly votes: number;
  /** Of ms, the middle and the quarters. */
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Shared {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Agreement extends Shared {
  /** How many items two raters or more have judged. */
  readonly items: number;
}

/** Sums up votes that were not taken back. */
export function judgementOf(records: readonly VoteRecord[]): Judgement {
  const all = standing(records);
  const votes = all.filter((record): record is CastVote => record.kind === 'vote');
  const ratings = all.filter((record): record is CastRating => record.kind === 'rating');
  return {
    votes: votes.length,
    ratings: ratings.length,
    retracted: records.filter(({ kind }) => kind === 'retraction').length,
    raters: ratersOf(all),
    ...(votes.length > 0 && ofVotes(votes)),
    ...(ratings.length > 0 && ofRatings(ratings)),
  };
}

function ofVotes(votes: readonly CastVote[]): Partial<Judgement> {
  const chosen = (choice: string): number => votes.filter((vote) => vote.choice === choice).length;
  const [left, decided] = [chosen('left'), chosen('left') + chosen('right')];
  const agreement = agreementOf(
    votes.map((vote) => {
      const [first] = [vote.left, vote.right].sort();
      const winner = vote.choice === 'left' ? vote.left : vote.choice === 'right' ? vote.right : undefined;
      return {
        item: JSON.stringify([...[vote.left, vote.right].sort(), vote.item]),
        value: winner === undefined ? 0 : winner === first ? 1 : -1,
      };
    }),
  );
  return {
    ...strengthsOf(votes),
    winRates: winRates(votes),
    ties: chosen('tie') / votes.length,
    bothBad: chosen('both bad') / votes.length,
    ...(decided > 0 && { left: { value: left / decided, ...bounds(wilsonInterval(left, decided)) } }),
    ...(agreement && { agreement }),
  };
}

function strengthsOf(votes: readonly Vote[]): Partial<Judgement> {
  try {
    return { strengths: bradleyTerry(votes).systems };
  } catch (error) {
    if (!(error instanceof NoMaximumError)) throw error;
    return { strengths: bradleyTerry(votes, { prior: FAINT }).systems, prior: FAINT };
  }
}

function ofRatings(ratings: readonly CastRating[]): Partial<Judgement> {
  const ratingAgreement = agreementOf(
    ratings.map(({ system, item, value }) => ({ item: JSON.stringify([system, item]), value })),
  );
  return { scores: meanOpinionScores(ratings), ...(ratingAgreement && { ratingAgreement }) };
}

/** Nothing where no two raters judged the same, or all said the same of everything. */
function agreementOf(said: readonly { readonly item: string; readonly value: number }[]): Agreement | undefined {
  const items = new Map<string, number[]>();
  for (const { item, value } of said) items.set(item, [...(items.get(item) ?? []), value]);
  const several = [...items.values()].filter(({ length }) => length > 1);
  if (new Set(several.flat()).size < 2) return undefined;
  const { value, interval } = krippendorffAlpha(several, { level: 'ordinal', bootstrap: { key: key(0) } });
  return { value, ...bounds(interval!), items: several.length };
}

function ratersOf(all: readonly (CastVote | CastRating)[]): RaterTimes[] {
  const times = new Map<string, number[]>();
  for (const { rater, ms } of all) times.set(rater, [...(times.get(rater) ?? []), ms]);
  return [...times].map(([rater, list]) => {
    const sorted = list.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
    return { rater, votes: sorted.length, median: at(0.5), lower: at(0.25), upper: at(0.75) };
  });
}

function bounds({ low, high }: { readonly low: number; readonly high: number }): { low: number; high: number } {
  return { low, high };
}

const FAINT = 0.1;
