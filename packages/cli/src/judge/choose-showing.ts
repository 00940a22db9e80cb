import { bradleyTerry, type Vote } from '@genai/eval';
import type { Showing } from './showings.js';

export interface ChooseOptions {
  /** Places of showings that may be chosen, those a rater would see first in front. */
  readonly order: readonly number[];
  /** How often each was judged, or is being judged. */
  readonly counts: readonly number[];
  /** How many raters shall judge a showing before the next one is begun. */
  readonly overlap: number;
  /** Given to turn to the pair of systems whose order is least certain, once each pair has a few votes. */
  readonly votes?: readonly Vote[] | undefined;
}

/** The place of the showing that is judged next: of the systems judged least, one that was begun, then one judged least. */
export function chooseShowing(
  showings: readonly Showing[],
  { order, counts, overlap, votes }: ChooseOptions,
): number | undefined {
  const ofGroups = new Map<string, number>();
  for (const [i, { group }] of showings.entries()) ofGroups.set(group, (ofGroups.get(group) ?? 0) + counts[i]!);
  const certainties = votes && Math.min(...ofGroups.values()) >= FEW ? certaintiesOf(showings, votes) : ofGroups;
  const rank = (place: number): readonly number[] => {
    const count = counts[place]!;
    return [certainties.get(showings[place]!.group)!, count % overlap > 0 ? 0 : 1, count];
  };
  let best: number | undefined;
  let bestRank: readonly number[] = [];
  for (const place of order) {
    const own = rank(place);
    const differs = own.findIndex((value, i) => value !== bestRank[i]);
    if (best !== undefined && (differs < 0 || own[differs]! > bestRank[differs]!)) continue;
    best = place;
    bestRank = own;
  }
  return best;
}

/** Of each pair of systems the difference in strength over the width of its interval. */
function certaintiesOf(showings: readonly Showing[], votes: readonly Vote[]): ReadonlyMap<string, number> {
  const { difference } = bradleyTerry(votes, { prior: 0.1 });
  const found = new Map<string, number>();
  for (const { group, sides } of showings) {
    if (found.has(group)) continue;
    const { value, interval } = difference(sides[0]!.system, sides[1]!.system);
    found.set(group, Math.abs(value) / (interval.high - interval.low));
  }
  return found;
}

/** Votes of each pair before certainties mean something. */
const FEW = 8;
