import type { PairTally } from './tally.js';

/**
 * Whether the likelihood of paired comparisons has a maximum: however the systems are split into two groups, somebody of either
 * won against, or tied with, somebody of the other.
 *
 * @source Ford 1957, "Solution of a ranking problem from binary comparisons"; Davidson 1970 for ties.
 */
export function isConnected(pairs: readonly PairTally[], systems: number): boolean {
  const above: number[][] = Array.from({ length: systems }, () => []); // who won against, or tied with, each
  const below: number[][] = Array.from({ length: systems }, () => []);
  for (const { first, second, wins, losses, ties } of pairs) {
    if (wins + ties > 0) link(first, second);
    if (losses + ties > 0) link(second, first);
  }
  return reached(above) === systems && reached(below) === systems;

  function link(winner: number, loser: number): void {
    above[loser]!.push(winner);
    below[winner]!.push(loser);
  }
}

/** How many can be reached from the first. */
function reached(edges: readonly (readonly number[])[]): number {
  const seen = new Set([0]);
  for (const place of seen) for (const next of edges[place]!) seen.add(next);
  return seen.size;
}
