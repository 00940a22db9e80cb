import { GenaiError } from '../error.js';
import type { Key } from '../key.js';
import { erf, scaledErfInv } from './erf.js';
import { expectCount } from './expect-count.js';
import { randomBits } from './random-bits.js';
import { uniformFromBits } from './random-uniform.js';

/**
 * `count` numbers of N(0, 1) given that they lie between `lower` and `upper`, as
 * `jax.random.truncated_normal(key, lower, upper, (count,))` to within 1e-6 (for bounds within ±2).
 *
 * @throws GenaiError unless `count` is an integer of at least 0 and `lower` < `upper`.
 */
export function randomTruncatedNormal(
  key: Key,
  count: number,
  { lower = -2, upper = 2 }: { readonly lower?: number; readonly upper?: number } = {},
): Float32Array {
  expectCount('randomTruncatedNormal', count);
  if (!(lower < upper)) {
    throw new GenaiError(`randomTruncatedNormal: lower must be below upper, got lower ${lower}, upper ${upper}.`);
  }
  return truncatedNormalFromBits(randomBits(key, count), lower, upper);
}

/** Uniform words to N(0, 1) between two bounds: √2 · erf⁻¹ of U[erf(lower / √2), erf(upper / √2)). */
export function truncatedNormalFromBits(bits: Uint32Array, lower: number, upper: number): Float32Array {
  const normal = scaledErfInv(uniformFromBits(bits, erf(lower / Math.SQRT2), erf(upper / Math.SQRT2)));
  // Rounding may push a number out of the open interval.
  const low = nextFloat32(lower, 1);
  const high = nextFloat32(upper, -1);
  for (let i = 0; i < normal.length; i++) normal[i] = Math.min(Math.max(normal[i]!, low), high);
  return normal;
}

/** The float32 next to `x` in the direction of `sign`; the largest finite one next to an infinity behind it. */
function nextFloat32(x: number, sign: 1 | -1): number {
  const value = new Float32Array([x]);
  const word = new Int32Array(value.buffer);
  if (value[0] === 0) return sign * 2 ** -149;
  word[0]! += Math.sign(value[0]!) === sign ? 1 : -1;
  return value[0]!;
}
