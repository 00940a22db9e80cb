import { GenaiError, sizeOf } from '@genai/core';
import { customGrad, engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';

/**
 * The floats that `packBfloat16` made codes of, exactly as they were rounded.
 *
 * codes: (⌈size / 2⌉) of int32; result: `shape`. No gradient flows.
 *
 * @example
 * const momentum = unpackBfloat16(codes, [784, 256]);
 * @throws GenaiError if there are not so many codes as the shape needs, or on WebGL, whose integers have 24 bits.
 */
export function unpackBfloat16(codes: Tensor, shape: readonly number[]): Tensor {
  const needed = Math.ceil(sizeOf(shape) / 2);
  if (codes.dtype !== 'int32' || codes.size !== needed) {
    throw new GenaiError(
      `unpackBfloat16: got ${codes.size} ${codes.dtype} codes, expected ${needed} of int32 for shape [${shape.join(', ')}]. Make them ` +
        'with packBfloat16.',
    );
  }
  expectWholeIntegers('unpackBfloat16');
  const compute = (): Tensor =>
    isFused('GenaiUnpackBfloat16')
      ? runFused('GenaiUnpackBfloat16', { codes }, { shape: [...shape] })[0]!
      : tensor(onHost(codes, sizeOf(shape)), [...shape], 'float32');
  const constant = customGrad(() => ({ value: compute(), gradFunc: () => [] }));
  return constant();
}

/** @throws GenaiError on WebGL. */
export function expectWholeIntegers(where: string): void {
  if (engine().backendName === 'webgl') {
    throw new GenaiError(
      `${where}: WebGL keeps integers as floats, in which codes of 32 bits do not fit. Use another engine, or leave numbers float32.`,
    );
  }
}

function onHost(codes: Tensor, size: number): Float32Array {
  const words = codes.dataSync<'int32'>();
  const bits = new Uint32Array(size);
  for (let i = 0; i < size; i++) {
    const word = words[i >>> 1]!;
    bits[i] = i & 1 ? word & 0xffff0000 : word << 16;
  }
  return new Float32Array(bits.buffer);
}
