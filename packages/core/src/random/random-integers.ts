import { GenaiError } from '../error.js';
import { type Key, split } from '../key.js';
import { expectCount } from './expect-count.js';
import { randomBits } from './random-bits.js';

/**
 * `count` integers from `min` up to, but not including, `max`, as `jax.random.randint(key, (count,), min, max)`.
 *
 * From 64 random bits each: an integer is too likely by at most (max − min) / 2⁶⁴.
 *
 * @throws GenaiError unless `count` is an integer of at least 0 and −2³¹ ≤ `min` < `max` ≤ 2³¹ are integers.
 */
export function randomIntegers(
  key: Key,
  count: number,
  { min, max }: { readonly min: number; readonly max: number },
): Int32Array {
  expectCount('randomIntegers', count);
  if (!Number.isInteger(min) || !Number.isInteger(max) || min >= max || min < -(2 ** 31) || max > 2 ** 31) {
    throw new GenaiError(
      `randomIntegers: min and max must be integers with -2^31 ≤ min < max ≤ 2^31, got min ${min}, max ${max}.`,
    );
  }
  const [high, low] = split(key);
  return integersFromBits(randomBits(high, count), randomBits(low, count), min, max - min);
}

/** (high · 2³² + low) mod span, plus min, in 32-bit arithmetic that wraps as JAX's does. */
export function integersFromBits(high: Uint32Array, low: Uint32Array, min: number, span: number): Int32Array {
  const integers = new Int32Array(low.length);
  const root = 2 ** 16 % span;
  const multiplier = (Math.imul(root, root) >>> 0) % span; // 2³² mod span, while it does not wrap
  for (let i = 0; i < low.length; i++) {
    const offset = (Math.imul(high[i]! % span, multiplier) + (low[i]! % span)) >>> 0;
    integers[i] = min + (offset % span);
  }
  return integers;
}
