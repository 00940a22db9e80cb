import type { Block, Event, Recording } from './recording.js';

/** Smaller constants are held. */
const LEAST_BYTES = 2 ** 18;

/** The recording with large constants of one number throughout (zeros, ones) filled where they are needed, not held. */
export function filledConstants(recording: Recording): Recording {
  const results = new Set(recording.outputs.map(({ block }) => block));
  const fills = new Map<number, Event>();
  const blocks = recording.blocks.map((block, id): Block => {
    if (block.kind !== 'constant' || block.bytes < LEAST_BYTES || block.bytes % 4 || results.has(id)) return block;
    const words = new Int32Array(block.values.buffer, block.values.byteOffset, block.bytes / 4);
    if (words.some((word) => word !== words[0])) return block;
    const numbers = [words.length, words[0]!];
    fills.set(id, { kind: 'launch', op: 'fill', writes: [{ block: id, offset: 0 }], reads: [], numbers, keys: [] });
    return { kind: 'made', bytes: block.bytes };
  });
  if (fills.size === 0) return recording;
  const events: Event[] = [];
  for (const event of recording.events) {
    for (const { block } of [...event.reads, ...event.writes]) {
      const fill = fills.get(block);
      if (fill) events.push(fill);
      fills.delete(block);
    }
    events.push(event);
  }
  return { ...recording, blocks, events };
}
