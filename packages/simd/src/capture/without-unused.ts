import type { Event, Recording } from './recording.js';

/** The events that something of the result depends on, those that write into tensors of others, and the checks. */
export function withoutUnused({ blocks, events, outputs }: Recording): Event[] {
  const needed = new Set(outputs.map(({ block }) => block));
  for (const [block, { kind }] of blocks.entries()) if (kind === 'input' || kind === 'external') needed.add(block);
  const kept: Event[] = [];
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i]!;
    if (event.kind !== 'check' && !event.writes.some(({ block }) => needed.has(block))) continue;
    // What stood in a block before may be needed still: an op may write a part of it.
    for (const { block } of event.writes) needed.add(block);
    for (const { block } of event.reads) needed.add(block);
    kept.push(event);
  }
  return kept.reverse();
}
