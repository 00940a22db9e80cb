import { GenaiError } from '@genai/core';
import type { Machine } from './machine.js';

/**
 * Where ops tell that an index was out of range: three words of the memory, the same place for a machine's life, so that
 * recorded launches may name it. The words: whether there was one, the index, and where it stood among the indices.
 */
export function indexFaultPlace(machine: Machine): number {
  let place = places.get(machine);
  if (place === undefined) {
    place = machine.allocator.allocate(12);
    machine.ints.fill(0, place >>> 2, (place >>> 2) + 3);
    places.set(machine, place);
  }
  return place;
}

/**
 * To be called once an op with indices was computed, or a replay that has such ops.
 *
 * @throws GenaiError if an index was out of range. What was computed with it is inside the memory, but wrong.
 */
export function expectNoIndexFault(machine: Machine, where: string): void {
  const place = places.get(machine);
  if (place === undefined) return;
  const { ints } = machine;
  const at = place >>> 2;
  if (ints[at] === 0) return;
  ints[at] = 0;
  throw new GenaiError(`${where}: index ${ints[at + 1]} (number ${ints[at + 2]} of the indices) is out of range.`);
}

const places = /* @__PURE__ */ new WeakMap<Machine, number>();
