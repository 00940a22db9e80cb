import { GenaiError } from '@genai/core';

/** How many bits a quantised weight takes, beside a scale for each block of 32. */
export type QuantisedBits = 4 | 8;

/** Quantised weights on the host, in the layout of {@link quantise}. */
export type QuantisedArrays = { readonly codes: Int32Array; readonly scales: Float32Array };

/** Weights that share a scale. */
export const BLOCK = 32;

/**
 * Quantises rows of weights: of each block of 32 in a row, w ≈ scale · q with an integer q of 8 or 4 bits.
 *
 * q is what ggml's Q8_0 and Q4_0 have, bit for bit: of 8 bits −127 … 127 with scale = max |w| / 127, of 4 bits −8 … 7 with scale = the w of
 * largest |w|, sign and all, / −8. Scales stay float32, where ggml rounds them to float16; weights that come from these types are
 * quantised without loss. q is in two's complement: 8 bits in order, four in a number of `codes` from the lowest byte on; 4 bits with
 * places j (lower half) and j + 16 of a block in byte j, the order of ggml.
 *
 * weights: rows of `inputs`; result: `codes` (rows, inputs · bits / 32), `scales` (rows, inputs / 32).
 *
 * @example
 * const { codes, scales } = quantise(weights, { inputs: 768, bits: 8 }); // weights: (outputs, inputs)
 * const params = { codes: tensor2d(codes, [outputs, 768 / 4], 'int32'), scales: tensor2d(scales, [outputs, 768 / 32]) };
 * @throws GenaiError if `inputs` is no multiple of 32 or the weights are no whole rows.
 * @source https://github.com/ggml-org/ggml, `quantize_row_q8_0_ref` and `quantize_row_q4_0_ref` of `ggml-quants.c`.
 */
export function quantise(
  weights: Float32Array,
  { inputs, bits }: { readonly inputs: number; readonly bits: QuantisedBits },
): QuantisedArrays {
  if (!(inputs > 0 && inputs % BLOCK === 0 && weights.length % inputs === 0)) {
    throw new GenaiError(
      `quantise: got ${weights.length} weights in rows of ${inputs}, expected whole rows whose length is a multiple of ${BLOCK}. Leave others as they are.`,
    );
  }
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
 * The weights that {@link quantise} made something of: scale · q in float32.
 *
 * @example
 * const weights = dequantise({ codes, scales });
 * @throws GenaiError if there are not 4 or 8 codes for each scale.
 */
export function dequantise({ codes, scales }: QuantisedArrays): Float32Array {
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
