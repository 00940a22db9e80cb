import { GenaiError } from '../error.js';
import type { Key } from '../key.js';
import { expectCount } from './expect-count.js';
import { randomBits } from './random-bits.js';

/**
 * `count` numbers of U[min, max), as `jax.random.uniform(key, (count,), float32, min, max)`.
 *
 * @example
 * randomUniform(key(51), 2); // [0.471269, 0.12344253]
 * @throws GenaiError unless `count` is an integer of at least 0 and `min` ≤ `max` are finite.
 */
export function randomUniform(
  key: Key,
  count: number,
  { min = 0, max = 1 }: { readonly min?: number; readonly max?: number } = {},
): Float32Array {
  expectCount('randomUniform', count);
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    throw new GenaiError(`randomUniform: min and max must be finite and min ≤ max, got min ${min}, max ${max}.`);
  }
  return uniformFromBits(randomBits(key, count), min, max);
}

/** Uniform words to U[min, max) in float32 arithmetic: the upper 23 bits of a word are the mantissa of a number in [1, 2). */
export function uniformFromBits(bits: Uint32Array, min: number, max: number): Float32Array {
  const low = Math.fround(min);
  const span = Math.fround(Math.fround(max) - low);
  const uniform = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const unit = (bits[i]! >>> 9) * 2 ** -23; // [0, 1), exact
    uniform[i] = Math.max(low, Math.fround(Math.fround(unit * span) + low));
  }
  return uniform;
}
