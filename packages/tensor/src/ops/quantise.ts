import { fromFloat16, GenaiError, toFloat16 } from '@genai/core';

/** How many bits a quantised weight takes: of 4 and 8 there is a scale for each block of 32 besides, 16 are a float of half precision. */
export type QuantisedBits = 4 | 8 | 16;

/** Quantised weights on the host, in the layout of {@link quantise}; those of 16 bits have no scales. */
export type QuantisedArrays = { readonly codes: Int32Array; readonly scales?: Float32Array };

/** Weights that share a scale. */
export const BLOCK = 32;

/**
 * Quantises rows of weights: of each block of 32 in a row, w ≈ scale · q with an integer q of 8 or 4 bits, or w as a float16.
 *
 * q is what ggml's Q8_0 and Q4_0 have, bit for bit: of 8 bits −127 … 127 with scale = max |w| / 127, of 4 bits −8 … 7 with scale = the w of
 * largest |w|, sign and all, / −8. Scales stay float32, where ggml rounds them to float16; weights that come from these types are
 * quantised without loss. q is in two's complement: 8 bits in order, four in a number of `codes` from the lowest byte on; 4 bits with
 * places j (lower half) and j + 16 of a block in byte j, the order of ggml.
 *
 * 16 bits are IEEE 754's binary16, rounded to nearest, ties to even: two in a number of `codes`, the first in its lower half, and no scales.
 *
 * weights: rows of `inputs`; result: `codes` (rows, inputs · bits / 32), `scales` (rows, inputs / 32).
 *
 * @example
 * const { codes, scales } = quantise(weights, { inputs: 768, bits: 8 }); // weights: (outputs, inputs)
 * const params = { codes: tensor2d(codes, [outputs, 768 / 4], 'int32'), scales: tensor2d(scales, [outputs, 768 / 32]) };
 * @throws GenaiError if `inputs` is no multiple of 32, the weights are no whole rows, or, of 16 bits, one would be infinite or is no number.
 * @source https://github.com/ggml-org/ggml, `quantize_row_q8_0_ref` and `quantize_row_q4_0_ref` of `ggml-quants.c`; IEEE 754-2019,
 * binary16.
 */
export function quantise(
  weights: Float32Array,
  options: { readonly inputs: number; readonly bits: Exclude<QuantisedBits, 16> },
): Required<QuantisedArrays>;
export function quantise(
  weights: Float32Array,
  options: { readonly inputs: number; readonly bits: QuantisedBits },
): QuantisedArrays;
export function quantise(
  weights: Float32Array,
  { inputs, bits }: { readonly inputs: number; readonly bits: QuantisedBits },
): QuantisedArrays {
  if (!(inputs > 0 && inputs % BLOCK === 0 && weights.length % inputs === 0)) {
    throw new GenaiError(
      `quantise: got ${weights.length} weights in rows of ${inputs}, expected whole rows whose length is a multiple of ${BLOCK}. Leave others as they are.`,
    );
  }
  if (bits === 16) return { codes: halves(weights) };
  const scales = new Float32Array(weights.length / BLOCK);
  const bytes = new Uint8Array((weights.length * bits) / 8);
  const quantiseBlock = bits === 8 ? quantise8 : quantise4;
  for (let block = 0; block < scales.length; block++) {
    const of = weights.subarray(block * BLOCK, (block + 1) * BLOCK);
    const size = (BLOCK * bits) / 8;
    scales[block] = quantiseBlock(of, bytes.subarray(block * size, (block + 1) * size));
  }
  return { codes: new Int32Array(bytes.buffer), scales };
}

/**
 * The weights that {@link quantise} made something of: scale · q in float32, or float16 as they are.
 *
 * @example
 * const weights = dequantise({ codes, scales });
 * @throws GenaiError if there are scales, but not 4 or 8 codes for each.
 */
export function dequantise({ codes, scales }: QuantisedArrays): Float32Array {
  if (!scales) return fromFloat16(new Uint16Array(codes.buffer, codes.byteOffset, 2 * codes.length));
  const bits = codes.length / scales.length;
  if (bits !== 4 && bits !== 8) {
    throw new GenaiError(
      `dequantise: got ${codes.length} codes and ${scales.length} scales, expected 8 codes for each scale, or 4 where weights have 4 bits.`,
    );
  }
  const bytes = new Int8Array(codes.buffer, codes.byteOffset, codes.byteLength);
  const q = (block: number, j: number): number => {
    if (bits === 8) return bytes[block * BLOCK + j]!;
    const byte = bytes[block * (BLOCK / 2) + (j % 16)]!;
    return j < 16 ? (byte << 28) >> 28 : byte >> 4;
  };
  return Float32Array.from({ length: scales.length * BLOCK }, (_, i) => {
    const block = Math.floor(i / BLOCK);
    return scales[block]! * q(block, i % BLOCK);
  });
}

/** Float16, two in a number. @throws GenaiError if one would be infinite or is no number. */
function halves(weights: Float32Array): Int32Array {
  const bits = toFloat16(weights);
  const at = bits.findIndex((x) => (x & 0x7c00) === 0x7c00);
  if (at >= 0) {
    throw new GenaiError(
      `quantise: weight ${at} is ${weights[at]}, expected numbers from -65504 to 65504, which float16 ends at. Keep this weight in float32.`,
    );
  }
  return new Int32Array(bits.buffer);
}

/** q = w / d rounded to nearest, halves away from 0; all in float32. @returns d */
function quantise8(weights: Float32Array, to: Uint8Array): number {
  let most = 0;
  for (const w of weights) most = Math.max(most, Math.abs(w));
  const d = Math.fround(most / 127);
  const inverse = d === 0 ? 0 : Math.fround(1 / d);
  weights.forEach((w, j) => {
    const x = Math.fround(w * inverse);
    to[j] = Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
  });
  return d;
}

/** q + 8 = w / d + 8, rounded, at most 15. @returns d */
function quantise4(weights: Float32Array, to: Uint8Array): number {
  let largest = 0;
  for (const w of weights) if (Math.abs(w) > Math.abs(largest)) largest = w;
  const d = Math.fround(largest / -8);
  const inverse = d === 0 ? 0 : Math.fround(1 / d);
  const code = (w: number): number => {
    const raised = Math.min(15, Math.trunc(Math.fround(Math.fround(w * inverse) + 8.5)));
    return raised ^ 8; // raised − 8 in two's complement
  };
  for (let j = 0; j < BLOCK / 2; j++) to[j] = code(weights[j]!) | (code(weights[j + 16]!) << 4);
  return d;
}
