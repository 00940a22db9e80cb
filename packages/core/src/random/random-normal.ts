import type { Key } from '../key.js';
import { scaledErfInv } from './erf.js';
import { expectCount } from './expect-count.js';
import { randomBits } from './random-bits.js';
import { uniformFromBits } from './random-uniform.js';

/**
 * `count` numbers of N(0, 1), as `jax.random.normal(key, (count,))` to within 1e-6.
 *
 * @example
 * randomNormal(key(0), 2); // [1.6226422, 2.0252647]
 * @throws GenaiError unless `count` is an integer of at least 0.
 */
export function randomNormal(key: Key, count: number): Float32Array {
  expectCount('randomNormal', count);
  return normalFromBits(randomBits(key, count));
}

/** Uniform words to N(0, 1): √2 · erf⁻¹ of U(−1, 1), open at both ends. */
export function normalFromBits(bits: Uint32Array): Float32Array {
  return scaledErfInv(uniformFromBits(bits, ABOVE_MINUS_ONE, 1));
}

const ABOVE_MINUS_ONE = -(1 - 2 ** -24); // the float32 after −1
