import type { Block, Event, Operand, Recording } from './recording.js';

/**
 * The recording with a fresh copy of each constant that an op writes into, as into a cache that begins with zeros: the constant
 * itself is held from one replay to the next.
 */
export function writtenConstants(recording: Recording): Recording {
  const written = new Set(recording.events.flatMap(({ writes }) => writes.map(({ block }) => block)));
  const blocks: Block[] = [...recording.blocks];
  const copies = new Map<number, Event>();
  for (const [block, origin] of recording.blocks.entries()) {
    if (origin.kind !== 'constant' || !written.has(block)) continue;
    blocks[block] = { kind: 'made', bytes: origin.bytes };
    const from: Operand = { block: blocks.push(origin) - 1, offset: 0 };
    const numbers = [origin.bytes];
    copies.set(block, { kind: 'launch', op: 'copy', writes: [{ block, offset: 0 }], reads: [from], numbers, keys: [] });
  }
  if (copies.size === 0) return recording;
  const events: Event[] = [];
  for (const event of recording.events) {
    for (const { block } of [...event.reads, ...event.writes]) {
      const copy = copies.get(block);
      if (copy) events.push(copy);
      copies.delete(block);
    }
    events.push(event);
  }
  return { ...recording, blocks, events };
}
