import { expectIntegers, fold, GenaiError, type Key, randomPermutation } from '@genai/core';
import { tally } from './tally.js';
import type { Vote } from './vote.js';

export interface EloOptions {
  /** The most points that one vote moves, 4 unless given, as for models that do not change; chess takes 10 to 40. */
  readonly k?: number;
  /** Where everybody starts, 1000 unless given. */
  readonly initial?: number;
  /** Averages over so many random orders of the votes, instead of the one they stand in. */
  readonly orders?: { readonly key: Key; readonly count: number };
}

export interface EloRating {
  readonly system: string;
  readonly rating: number;
}

/**
 * Elo ratings, the best first: each vote moves both systems by k times how far it surprises. A tie is half a win.
 *
 * The order of the votes counts, the last ones most. For systems that do not change {@link bradleyTerry} says the same without that.
 *
 * @example
 * elo(votes, { orders: { key: key(0), count: 100 } });
 * @throws GenaiError without votes, for a system set beside itself, unless `k` is above 0 and `count` an integer of at least 1.
 * @source Elo 1978, "The rating of chessplayers, past and present".
 */
export function elo(votes: readonly Vote[], { k = 4, initial = 1000, orders }: EloOptions = {}): readonly EloRating[] {
  const { systems } = tally('elo', votes);
  if (!(k > 0 && Number.isFinite(k) && Number.isFinite(initial))) {
    throw new GenaiError(`elo: got k ${k} and initial ${initial}, expected k above 0 and finite numbers.`);
  }
  const count = orders?.count ?? 1;
  expectIntegers('elo', { count });
  const sums = new Map(systems.map((system) => [system, 0]));
  for (let i = 0; i < count; i++) {
    const order = orders && randomPermutation(fold(orders.key, i), votes.length);
    const ratings = rated(order ? Array.from(order, (place) => votes[place]!) : votes, k, initial);
    for (const [system, rating] of ratings) sums.set(system, sums.get(system)! + rating);
  }
  return [...sums].map(([system, sum]) => ({ system, rating: sum / count })).sort((a, b) => b.rating - a.rating);
}

function rated(votes: readonly Vote[], k: number, initial: number): ReadonlyMap<string, number> {
  const ratings = new Map<string, number>();
  for (const { left, right, choice } of votes) {
    const [a, b] = [ratings.get(left) ?? initial, ratings.get(right) ?? initial];
    const expected = 1 / (1 + 10 ** ((b - a) / 400));
    const got = choice === 'left' ? 1 : choice === 'right' ? 0 : 0.5;
    ratings.set(left, a + k * (got - expected));
    ratings.set(right, b - k * (got - expected));
  }
  return ratings;
}
