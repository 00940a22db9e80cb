import { GenaiError } from './error.js';
import { expectIntegers } from './expect-integers.js';
import { keyTrace } from './key-trace.js';
import { threefry2x32 } from './threefry.js';

/**
 * Random state as a value: the same key gives the same numbers on every engine and in `jax.random`.
 *
 * A key is used once: {@link split} or {@link fold} it where several draws are needed.
 */
export type Key = readonly [number, number] & { readonly __key: unique symbol };

/**
 * A key from an integer seed, as `jax.random.key(seed)` with 64-bit seeds.
 *
 * @throws GenaiError unless `seed` is a safe integer of at least 0.
 * @source Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Threefry).
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new GenaiError(`key: the seed must be an integer from 0 to 2^53 - 1, got ${seed}.`);
  }
  return [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0] as unknown as Key;
}

/**
 * `count` independent keys (2 unless given), as `jax.random.split(key, count)`.
 *
 * @example
 * const [forNoise, forLayers] = split(key(0));
 * @throws GenaiError unless `count` is an integer of at least 0.
 */
export function split(k: Key): [Key, Key];
export function split(k: Key, count: 3): [Key, Key, Key];
export function split(k: Key, count: 4): [Key, Key, Key, Key];
export function split(k: Key, count: number): Key[];
export function split(k: Key, count = 2): Key[] {
  expectIntegers('split', { count }, 0);
  return Array.from({ length: count }, (_, i) => derive(k, i));
}

/**
 * The key that belongs to `data` (a step, an index; modulo 2³²), as `jax.random.fold_in(key, data)`.
 *
 * It is also what `split` gives at that index: `fold(k, 1)` equals `split(k)[1]`. Use one of the two on a key, not both.
 *
 * @throws GenaiError unless `data` is an integer.
 */
export function fold(k: Key, data: number): Key {
  if (!Number.isInteger(data)) throw new GenaiError(`fold: data must be an integer, got ${data}.`);
  return derive(k, data >>> 0);
}

function derive(k: Key, data: number): Key {
  const child = threefry2x32(k, 0, data) as unknown as Key;
  keyTrace()?.derived(child, k, data);
  return child;
}
