import type { Event, Recording } from './recording.js';

/** Larger results are computed anew by each replay, rather than held. */
const MOST_BYTES = 2 ** 20;

/** The events that compute the same in every replay, as they depend on constants alone. */
export function constantEvents({ blocks, outputs }: Recording, events: readonly Event[]): Set<Event> {
  const results = new Set(outputs.map(({ block }) => block));
  const found = new Set(
    events.filter(
      ({ kind, ...event }) =>
        kind === 'launch' &&
        (event as { keys?: readonly unknown[] }).keys?.length === 0 &&
        event.writes.every(
          ({ block }) => block < 0 || (blocks[block]!.bytes <= MOST_BYTES && !results.has(block) && isMade(block)),
        ),
    ),
  );
  // Whatever is written by another event, too, is not constant, nor is what depends on it.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    const changing = new Set<number>();
    for (const event of events) if (!found.has(event)) for (const { block } of event.writes) changing.add(block);
    for (const event of found) {
      const constant = [...event.writes, ...event.reads].every(({ block }) => !changing.has(block));
      if (!constant || event.reads.some(({ block }) => block >= 0 && blocks[block]!.kind === 'input'))
        found.delete(event);
    }
  }
  return found;

  function isMade(block: number): boolean {
    return blocks[block]!.kind === 'made';
  }
}
