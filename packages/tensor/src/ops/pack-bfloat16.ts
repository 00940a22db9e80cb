import { fold, GenaiError, type Key, randomBits } from '@genai/core';
import { customGrad, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { expectWholeIntegers } from './unpack-bfloat16.js';

/** What decides which way numbers are rounded: a key, and a float scalar that counts, so that a captured step rounds anew. */
export interface RoundingNoise {
  readonly key: Key;
  /** A count from 0, below 2²⁴. */
  readonly step: Tensor;
}

/**
 * Floats in 16 bits (bfloat16: the sign, the exponent and 7 digits of a float32), two in an integer, the lower half first.
 *
 * With `noise` a number is rounded up with a chance that is the part of the way there, so that the mean of many roundings is the number
 * itself; without it to nearest, of two the even one. The codes of a key and step are the same on every engine. Finite numbers
 * stay finite; infinities, NaN and −0 stay what they are. An odd number of floats is filled up with 0. No gradient flows.
 *
 * x: float32 of whatever shape; result: (⌈size / 2⌉) of int32.
 *
 * @example
 * const codes = packBfloat16(momentum, { key: key(0), step }); // half the bytes
 * const again = unpackBfloat16(codes, momentum.shape);
 * @throws GenaiError if x is not float32 or `step` no float scalar, or on WebGL, whose integers have 24 bits.
 * @source Zamirai et al. 2020, "Revisiting BFloat16 training", section 4 (stochastic rounding).
 */
export function packBfloat16(x: Tensor, noise?: RoundingNoise): Tensor {
  if (x.dtype !== 'float32') {
    throw new GenaiError(`packBfloat16: x is ${x.dtype}, expected float32. Leave integers as they are.`);
  }
  if (noise && (noise.step.dtype !== 'float32' || noise.step.size !== 1)) {
    const { dtype, shape } = noise.step;
    throw new GenaiError(
      `packBfloat16: step is ${dtype} of shape [${shape.join(', ')}], expected a float scalar. Pass scalar(step).`,
    );
  }
  expectWholeIntegers('packBfloat16');
  // An op of no inputs has nothing to pass a gradient to.
  const constant = customGrad(() => ({ value: rounded(x, noise), gradFunc: () => [] }));
  return constant();
}

function rounded(x: Tensor, noise: RoundingNoise | undefined): Tensor {
  if (!isFused('GenaiPackBfloat16', x)) return tensor1d(onHost(x, noise), 'int32');
  const inputs = noise ? { x, step: noise.step } : { x };
  return runFused('GenaiPackBfloat16', inputs, noise ? { key: [...noise.key] } : {})[0]!;
}

function onHost(x: Tensor, noise: RoundingNoise | undefined): Int32Array {
  const { buffer, byteOffset, length } = x.dataSync<'float32'>();
  const bits = new Uint32Array(buffer, byteOffset, length);
  const codes = new Int32Array(Math.ceil(length / 2));
  const words = noise && randomBits(fold(noise.key, noise.step.dataSync()[0]!), codes.length);
  for (let i = 0; i < codes.length; i++) {
    const word = words?.[i];
    const low = upperHalf(bits[2 * i]!, word === undefined ? undefined : word & 0xffff);
    const high = upperHalf(bits[2 * i + 1] ?? 0, word === undefined ? undefined : word >>> 16);
    codes[i] = low | (high << 16);
  }
  return codes;
}

/** The upper half of a float's bits, after a number of 16 bits is added below it. */
function upperHalf(bits: number, random: number | undefined): number {
  const upper = bits >>> 16;
  if ((upper & 0x7f80) === 0x7f80) return (bits & 0x7fffffff) > 0x7f800000 ? upper | 0x40 : upper;
  const sum = (bits + (random ?? 0x7fff + (upper & 1))) >>> 16;
  return (sum & 0x7fff) === 0x7f80 ? sum - 1 : sum;
}
