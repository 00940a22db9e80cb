import { GenaiError } from '@genai/core';
import {
  add,
  cast,
  customGrad,
  engine,
  floor,
  gather,
  mul,
  reshape,
  scalar,
  stack,
  sub,
  type Tensor,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { BLOCK, type QuantisedBits } from './quantise.js';

/**
 * Quantised weights as floats, scale · q, in the layout of `quantise`: codes (rows, inputs · bits / 32) of int32 and scales
 * (rows, inputs / 32), or none for 16 bits, to (rows, inputs). The shapes tell the bits. The result is a constant: no gradient flows to
 * either.
 *
 * @example
 * const vectors = dequantised(gather(codes, tokens), gather(scales, tokens)); // rows of a table: (time) → (time, width)
 * @throws GenaiError if shapes or dtypes do not fit together, or on WebGL, whose integers have 24 bits.
 */
export function dequantised(codes: Tensor, scales?: Tensor): Tensor {
  const { bits } = expectQuantised('dequantised', codes, scales);
  const compute = (): Tensor => {
    if (isFused('GenaiDequantised', ...(scales ? [scales] : []))) {
      return runFused('GenaiDequantised', { codes, ...(scales && { scales }) })[0]!;
    }
    return scope(() => (scales ? scaled(codes, scales, bits) : halves(codes)));
  };
  // An op of no inputs has nothing to pass a gradient to.
  const constant = customGrad(() => ({ value: compute(), gradFunc: () => [] }));
  return constant();
}

/** Sizes and bits of quantised weights. @throws GenaiError if shapes or dtypes do not fit together, or on WebGL. */
export function expectQuantised(
  where: string,
  codes: Tensor,
  scales: Tensor | undefined,
): { readonly rows: number; readonly inputs: number; readonly bits: QuantisedBits } {
  const [rows, words] = expectShape(`${where}: codes`, codes, ['rows', 'inputs · bits / 32']);
  const blocks = scales ? expectShape(`${where}: scales`, scales, [rows, 'inputs / 32'])[1] : words / 16;
  const bits = ([4, 8, 16] as const).find((bits) => bits * blocks === words && (bits === 16) === !scales);
  if (!bits || !Number.isInteger(blocks) || codes.dtype !== 'int32') {
    throw new GenaiError(
      `${where}: got ${codes.dtype} codes of shape [${codes.shape.join(', ')}] and ` +
        `${scales ? `scales of shape [${scales.shape.join(', ')}]` : 'no scales'}, expected int32 codes, ` +
        `${scales ? '4 or 8 times as many as scales' : 'a multiple of 16 in a row'}. Make both with quantise.`,
    );
  }
  if (engine().backendName === 'webgl') {
    throw new GenaiError(
      `${where}: WebGL keeps integers as floats, in which codes of 32 bits do not fit. Use another engine, or the weights that were quantised.`,
    );
  }
  return { rows, inputs: blocks * BLOCK, bits };
}

/** Weights of 4 or 8 bits. The lowest byte is cleared for the codes above it, see {@link extracted}. */
function scaled(codes: Tensor, scales: Tensor, bits: number): Tensor {
  const [rows, blocks] = scales.shape as [number, number];
  const cleared = withoutLowest(codes, 8);
  const places = Array.from({ length: 32 / bits }, (_, i) => i * bits);
  const found = places.map((at) => extracted(at < 8 ? codes : cleared, at, bits)); // (rows, blocks · bits) each
  const all = stack(found, 2);
  // Of 4 bits: (rows · blocks, number, byte, half) → (rows · blocks, half, number, byte).
  const ordered = bits === 8 ? all : transpose(reshape(all, [rows * blocks, 4, 4, 2]), [0, 3, 1, 2]);
  const q = reshape(ordered, [rows, blocks, BLOCK]);
  return reshape(mul(q, reshape(scales, [rows, blocks, 1])), [rows, blocks * BLOCK]);
}

/** Weights of 16 bits, exactly: the fraction, which has its leading one but in a subnormal, times a power of two with the sign. */
function halves(codes: Tensor): Tensor {
  const [rows, words] = codes.shape as [number, number];
  const bits = stack([extracted(codes, 0, 16), extracted(withoutLowest(codes, 16), 16, 16)], 2); // −2¹⁵ … 2¹⁵ − 1
  const top = floor(mul(bits, 2 ** -10)); // −32 … 31: sign and exponent
  const fraction = sub(bits, mul(top, 2 ** 10)); // 0 … 1023
  const places = reshape(cast(add(top, 32), 'int32'), [bits.size]);
  const by = (table: (exponent: number, sign: number) => number): Tensor => {
    const values = Float32Array.from({ length: 64 }, (_, i) => table(i % 32, i < 32 ? -1 : 1));
    return reshape(gather(tensor1d(values), places), bits.shape);
  };
  const leading = by((exponent) => (exponent === 0 ? 0 : 1024));
  const unit = by((exponent, sign) => sign * 2 ** (Math.max(exponent, 1) - 25));
  return reshape(mul(add(fraction, leading), unit), [rows, 2 * words]);
}

/**
 * `size` bits from bit `at` on, in two's complement. They come to the highest bits by a product that wraps around; what is below them
 * there is rounded off. Floats hold 24 bits: where `at + size` is more, the lowest must have been cleared. So it is exact on every engine
 * whose integers have 32 bits.
 */
function extracted(x: Tensor, at: number, size: number): Tensor {
  const raised = mul(x, scalar(2 ** (32 - size - at), 'int32'));
  return floor(mul(cast(raised, 'float32'), 2 ** (size - 32)));
}

/** The same numbers with their lowest bits 0. */
function withoutLowest(codes: Tensor, bits: 8 | 16): Tensor {
  const lowest = extracted(codes, 0, bits);
  return sub(codes, cast(sub(lowest, mul(floor(mul(lowest, 2 ** -bits)), 2 ** bits)), 'int32')); // it has no sign
}
