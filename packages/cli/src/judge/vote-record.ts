import type { Choice } from '@genai/eval';

/** A line of a file of votes. */
export type VoteRecord = SessionRecord | CastVote | CastRating | Retraction;

/** The judge was started. */
export interface SessionRecord {
  readonly kind: 'session';
  readonly mode: 'pairs' | 'rate';
  readonly seed: number;
  readonly systems: readonly string[];
  readonly time: string;
}

export interface CastVote extends Cast {
  readonly kind: 'vote';
  readonly left: string;
  readonly right: string;
  readonly choice: Choice;
}

export interface CastRating extends Cast {
  readonly kind: 'rating';
  readonly system: string;
  readonly value: number;
}

interface Cast {
  readonly id: string;
  readonly item: string;
  readonly rater: string;
  /** Milliseconds from the sight to the choice. */
  readonly ms: number;
  readonly time: string;
}

/** A vote or rating was taken back. */
export interface Retraction {
  readonly kind: 'retraction';
  readonly of: string;
  readonly rater: string;
  readonly time: string;
}

/** Votes and ratings that were not taken back, in the order in which they were cast. */
export function standing(records: readonly VoteRecord[]): readonly (CastVote | CastRating)[] {
  const retracted = new Set(records.map((record) => (record.kind === 'retraction' ? record.of : undefined)));
  return records.filter(
    (record): record is CastVote | CastRating =>
      (record.kind === 'vote' || record.kind === 'rating') && !retracted.has(record.id),
  );
}

/** Whether something is a record, in full. */
export function isVoteRecord(value: unknown): value is VoteRecord {
  const record = (value ?? {}) as { readonly [name: string]: unknown };
  const texts = (...names: string[]): boolean => names.every((name) => typeof record[name] === 'string');
  switch (record.kind) {
    case 'session':
      return texts('mode', 'time') && Number.isInteger(record.seed) && Array.isArray(record.systems);
    case 'vote':
      return (
        texts('id', 'item', 'rater', 'time', 'left', 'right') &&
        record.left !== record.right &&
        CHOICES.includes(record.choice as Choice) &&
        Number.isFinite(record.ms)
      );
    case 'rating':
      return texts('id', 'item', 'rater', 'time', 'system') && isValue(record.value) && Number.isFinite(record.ms);
    case 'retraction':
      return texts('of', 'rater', 'time');
    default:
      return false;
  }
}

/** Of a rating: 1 to 5. */
export function isValue(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 5;
}

export const CHOICES: readonly Choice[] = ['left', 'right', 'tie', 'both bad'];
