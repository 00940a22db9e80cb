/** What is known where room runs out. */
export interface RoomNeed {
  /** Tokens for which there is room now; 0 before the first. */
  readonly room: number;
  /** Tokens that must fit. */
  readonly needed: number;
  /** About how many are expected in all. */
  readonly expected: number;
  /** The most that the model takes. */
  readonly longest?: number | undefined;
}

/** For how many tokens room is made next: at first for what is expected, then for twice as much each time. */
export function nextRoom({ room, needed, expected, longest = Number.POSITIVE_INFINITY }: RoomNeed): number {
  const wanted = room === 0 ? Math.min(expected, MOST_AT_ONCE) : 2 * room;
  return Math.max(needed, Math.min(wanted, longest));
}

/** Tokens for which room is made before they come. */
const MOST_AT_ONCE = 1_024;
