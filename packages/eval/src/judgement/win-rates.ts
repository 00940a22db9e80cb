import type { Figure, Interval } from '../figure.js';
import { tally } from './tally.js';
import type { Vote } from './vote.js';
import { expectLevel, wilsonInterval } from './wilson-interval.js';

/** How one system fared against another. */
export interface WinRate {
  readonly first: string;
  readonly second: string;
  /** Votes for the first, for the second, and ties of both kinds. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** The share that the first won, ties counted as half, with Wilson's interval. */
  readonly rate: Figure & { readonly interval: Interval };
}

/**
 * The matrix of win rates, as a list: each pair of systems that met, once from either side.
 *
 * @example
 * for (const { first, second, rate } of winRates(votes)) console.log(first, second, rate.value, rate.interval);
 * @throws GenaiError without votes, or for a system set beside itself.
 */
export function winRates(
  votes: readonly Vote[],
  { level = 0.95 }: { readonly level?: number } = {},
): readonly WinRate[] {
  const { systems, pairs } = tally('winRates', votes);
  expectLevel('winRates', level);
  return pairs
    .flatMap((pair) => [
      pair,
      { ...pair, first: pair.second, second: pair.first, wins: pair.losses, losses: pair.wins },
    ])
    .sort((a, b) => a.first - b.first || a.second - b.second)
    .map(({ first, second, wins, losses, ties }) => {
      const [won, count] = [wins + ties / 2, wins + losses + ties];
      const rate = { value: won / count, better: 'higher', interval: wilsonInterval(won, count, level) } as const;
      return { first: systems[first]!, second: systems[second]!, wins, losses, ties, rate };
    });
}
