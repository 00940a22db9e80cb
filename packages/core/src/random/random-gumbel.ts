import type { Key } from '../key.js';
import { expectCount } from './expect-count.js';
import { randomBits } from './random-bits.js';
import { uniformFromBits } from './random-uniform.js';

/**
 * `count` numbers of Gumbel(0, 1), as `jax.random.gumbel(key, (count,), mode='low')` to within 1e-6.
 *
 * @throws GenaiError unless `count` is an integer of at least 0.
 */
export function randomGumbel(key: Key, count: number): Float32Array {
  expectCount('randomGumbel', count);
  return gumbelFromBits(randomBits(key, count));
}

/** Uniform words to Gumbel(0, 1): −log(−log U), U in (0, 1). */
export function gumbelFromBits(bits: Uint32Array): Float32Array {
  const gumbel = uniformFromBits(bits, SMALLEST_NORMAL, 1);
  for (let i = 0; i < gumbel.length; i++) gumbel[i] = -Math.log(-Math.fround(Math.log(gumbel[i]!)));
  return gumbel;
}

const SMALLEST_NORMAL = 2 ** -126; // of float32
