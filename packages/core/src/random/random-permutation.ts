import { type Key, split } from '../key.js';
import { expectCount } from './expect-count.js';
import { randomBits } from './random-bits.js';

/**
 * The integers from 0 to `count` − 1 in random order, as `jax.random.permutation(key, count)`.
 *
 * @throws GenaiError unless `count` is an integer of at least 0.
 */
export function randomPermutation(key: Key, count: number): Uint32Array {
  expectCount('randomPermutation', count);
  let order: Uint32Array = Uint32Array.from({ length: count }, (_, i) => i);
  // Sorting by random words is fair where the words differ; so many rounds make a tie in all of them unlikely.
  const rounds = Math.ceil((3 * Math.log(Math.max(1, count))) / Math.log(2 ** 32 - 1));
  for (let round = 0; round < rounds; round++) {
    const [next, words] = split(key);
    order = sortedBy(randomBits(words, count), order);
    key = next;
  }
  return order;
}

/** `values` in the order of their `words`, ties as they stood: a radix sort of two 16-bit passes, lower half first. */
function sortedBy(words: Uint32Array, values: Uint32Array): Uint32Array {
  const count = words.length;
  let places: Uint32Array = Uint32Array.from({ length: count }, (_, i) => i);
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(2 ** 16 + 1);
    for (let i = 0; i < count; i++) starts[((words[i]! >>> shift) & 0xffff) + 1]!++;
    for (let digit = 0; digit < 2 ** 16; digit++) starts[digit + 1]! += starts[digit]!;
    const sorted = new Uint32Array(count);
    for (const place of places) sorted[starts[(words[place]! >>> shift) & 0xffff]!++] = place;
    places = sorted;
  }
  return places.map((place) => values[place]!);
}
