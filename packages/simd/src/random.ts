import { GenaiError, type Key } from '@genai/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from './machine.js';
import type { SimdBackend } from './simd-backend.js';

/** What is drawn; in the order of kernels/random.c. */
const KINDS = ['bits', 'uniform', 'normal', 'truncatedNormal', 'gumbel'] as const;
export type SimdRandomKind = (typeof KINDS)[number];

/** The range of `uniform`, min (0) ≤ x < max (1); of `truncatedNormal`, min (−2) < x < max (2). */
export type SimdRandomOptions = { readonly min?: number; readonly max?: number };

/**
 * Random numbers of a key, drawn by the engine: bits and uniform numbers are exactly those of `randomBits` and
 * `randomUniform`; the others are those of the host to within 1e-6.
 *
 * @returns float32 of this shape; `bits` are the words of `randomBits` as int32.
 * @throws GenaiError unless min < max (for `uniform`: ≤, and finite).
 */
export function simdRandom(
  backend: SimdBackend,
  kind: SimdRandomKind,
  key: Key,
  shape: readonly number[],
  options: SimdRandomOptions = {},
): TensorInfo {
  const parameters = parametersOf(kind, options);
  const out = backend.output(shape, kind === 'bits' ? 'int32' : 'float32');
  const count = util.sizeFromShape(shape as number[]);
  const numbers = [count, key[0] | 0, key[1] | 0, KINDS.indexOf(kind), ...parameters.map(floatBits)];
  backend.launch('random', [out], [], numbers);
  return out;
}

/**
 * x with each element set to 0 with probability `rate`, the others divided by 1 − `rate`: exactly what the composition
 * with `uniformNoise(key, x.shape) >= rate` gives. Its gradient is itself: the same key, applied to dy.
 */
export function simdDropout(backend: SimdBackend, x: TensorInfo, key: Key, rate: number): TensorInfo {
  const out = backend.output(x.shape, 'float32');
  const count = util.sizeFromShape(x.shape);
  const numbers = [count, key[0] | 0, key[1] | 0, floatBits(rate), floatBits(1 / (1 - rate))];
  backend.launch('dropout', [out], [x], numbers);
  return out;
}

/** Four floats: see `op_random`. */
function parametersOf(kind: SimdRandomKind, { min, max }: SimdRandomOptions): number[] {
  if (kind === 'uniform') {
    const [low, high] = [min ?? 0, max ?? 1];
    if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
      throw new GenaiError(`uniform: min and max must be finite and min ≤ max, got min ${low}, max ${high}.`);
    }
    return [low, high, 0, 0];
  }
  if (kind === 'truncatedNormal') {
    const [low, high] = [min ?? -2, max ?? 2];
    if (!(low < high)) {
      throw new GenaiError(`truncatedNormal: min must be below max, got min ${low}, max ${high}.`);
    }
    return [erf(low / Math.SQRT2), erf(high / Math.SQRT2), nextFloat32(low, 1), nextFloat32(high, -1)];
  }
  return [0, 0, 0, 0];
}

/** The error function in double precision: a series whose terms all have one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // erfc(6) = 2e-17
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The float32 next to `x` in the direction of `sign`; the largest finite one next to an infinity behind it. */
function nextFloat32(x: number, sign: 1 | -1): number {
  const value = new Float32Array([x]);
  const word = new Int32Array(value.buffer);
  if (value[0] === 0) return sign * 2 ** -149;
  word[0]! += Math.sign(value[0]!) === sign ? 1 : -1;
  return value[0]!;
}
