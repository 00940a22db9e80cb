import { GenaiError } from '@genai/core';
import {
  cast,
  customGrad,
  engine,
  floor,
  mul,
  reshape,
  scalar,
  stack,
  sub,
  type Tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { BLOCK, type QuantisedBits } from './quantise.js';

/**
 * Quantised weights as floats, scale · q, in the layout of `quantise`: codes (rows, inputs · bits / 32) of int32 and scales
 * (rows, inputs / 32) to (rows, inputs). The shapes tell the bits. The result is a constant: no gradient flows to either.
 *
 * @example
 * const vectors = dequantised(gather(codes, tokens), gather(scales, tokens)); // rows of a table: (time) → (time, width)
 * @throws GenaiError if shapes or dtypes do not fit together, or on WebGL, whose integers have 24 bits.
 */
export function dequantised(codes: Tensor, scales: Tensor): Tensor {
  const { bits } = expectQuantised('dequantised', codes, scales);
  const compute = (): Tensor => {
    if (isFused('GenaiDequantised', scales)) return runFused('GenaiDequantised', { codes, scales })[0]!;
    return scope(() => composition(codes, scales, bits));
  };
  // An op of no inputs has nothing to pass a gradient to.
  const constant = customGrad(() => ({ value: compute(), gradFunc: () => [] }));
  return constant();
}

/** Sizes and bits of quantised weights. @throws GenaiError if shapes or dtypes do not fit together, or on WebGL. */
export function expectQuantised(
  where: string,
  codes: Tensor,
  scales: Tensor,
): { readonly rows: number; readonly inputs: number; readonly bits: QuantisedBits } {
  const [rows, words] = expectShape(`${where}: codes`, codes, ['rows', 'inputs · bits / 32']);
  const [, blocks] = expectShape(`${where}: scales`, scales, [rows, 'inputs / 32']);
  const bits = words / blocks;
  if ((bits !== 4 && bits !== 8) || codes.dtype !== 'int32') {
    throw new GenaiError(
      `${where}: got ${codes.dtype} codes of shape [${codes.shape.join(', ')}] and scales of shape [${scales.shape.join(', ')}], ` +
        'expected int32 codes, 4 or 8 times as many as scales. Make both with quantise.',
    );
  }
  if (engine().backendName === 'webgl') {
    throw new GenaiError(
      `${where}: WebGL keeps integers as floats, in which codes of 32 bits do not fit. Use another engine, or the weights that were quantised.`,
    );
  }
  return { rows, inputs: blocks * BLOCK, bits };
}

/**
 * A code comes to the highest bits by a product that wraps around; what is below it there is rounded off. Floats hold 24 bits: the
 * lowest byte is cleared for the codes above it. So it is exact on every engine whose integers have 32 bits.
 */
function composition(codes: Tensor, scales: Tensor, bits: QuantisedBits): Tensor {
  const [rows, blocks] = scales.shape as [number, number];
  const extracted = (x: Tensor, at: number, size: number): Tensor => {
    const raised = mul(x, scalar(2 ** (32 - size - at), 'int32'));
    return floor(mul(cast(raised, 'float32'), 2 ** (size - 32)));
  };
  const byte = extracted(codes, 0, 8);
  const lowest = sub(byte, mul(floor(mul(byte, 1 / 256)), 256)); // without a sign
  const cleared = sub(codes, cast(lowest, 'int32'));
  const places = Array.from({ length: 32 / bits }, (_, i) => i * bits);
  const found = places.map((at) => extracted(at < 8 ? codes : cleared, at, bits)); // (rows, blocks · bits) each
  const all = stack(found, 2);
  // Of 4 bits: (rows · blocks, number, byte, half) → (rows · blocks, half, number, byte).
  const ordered = bits === 8 ? all : transpose(reshape(all, [rows * blocks, 4, 4, 2]), [0, 3, 1, 2]);
  const q = reshape(ordered, [rows, blocks, BLOCK]);
  return reshape(mul(q, reshape(scales, [rows, blocks, 1])), [rows, blocks * BLOCK]);
}
