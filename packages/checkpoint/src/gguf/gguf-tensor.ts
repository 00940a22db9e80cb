import { GenaiError, toFloat16 } from '@genai/core';
import { type GgufTensor, ggufBytes } from './gguf-types.js';

/** The types that tensors are written as. */
export type GgufWrittenType = 'F32' | 'F16' | 'Q8_0' | 'Q4_0';

/**
 * A tensor of a GGUF file that holds `values`, rounded as ggml's reference does, bit for bit. `Q8_0` and `Q4_0` share a scale among 32
 * numbers of a row: 8.5 and 4.5 bits each.
 *
 * @example
 * const tensor = ggufTensor('Q8_0', [512, 256], weights);
 * @throws GenaiError if the shape does not agree with the number of values, or rows are not whole blocks of 32 where the type has them.
 * @source https://github.com/ggml-org/ggml, `quantize_row_q8_0_ref` and `quantize_row_q4_0_ref` of `ggml-quants.c`.
 */
export function ggufTensor(type: GgufWrittenType, shape: readonly number[], values: Float32Array): GgufTensor {
  const size = ggufBytes(type, shape);
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  if (size === undefined || count !== values.length) {
    throw new GenaiError(
      `ggufTensor: ${values.length} values cannot be a tensor of type ${type} and shape [${shape.join(', ')}]. ` +
        'Their number and the shape must agree, rows of Q8_0 and Q4_0 be multiples of 32; write others as F16.',
    );
  }
  return { type, shape, bytes: WRITERS[type](values, size) };
}

const WRITERS: { readonly [type in GgufWrittenType]: (values: Float32Array, size: number) => Uint8Array } = {
  F32: (values) => new Uint8Array(values.slice().buffer),
  F16: (values) => new Uint8Array(toFloat16(values).buffer),
  Q8_0: quantize8,
  Q4_0: quantize4,
};

/** d = max |x| / 127, q = x / d rounded to nearest, halves away from 0; all in float32. */
function quantize8(values: Float32Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const scales = new Float32Array(values.length / 32);
  for (let block = 0, i = 0, at = 2; block < scales.length; block++, i += 32, at += 34) {
    let most = 0;
    for (let j = 0; j < 32; j++) most = Math.max(most, Math.abs(values[i + j]!));
    const d = Math.fround(most / 127);
    const inverse = d === 0 ? 0 : Math.fround(1 / d);
    for (let j = 0; j < 32; j++) {
      const x = Math.fround(values[i + j]! * inverse);
      bytes[at + j] = Math.sign(x) * Math.floor(Math.abs(x) + 0.5); // exact in float64
    }
    scales[block] = d;
  }
  return withScales(bytes, scales, 34);
}

/** d = the x of largest |x|, sign and all, / −8; q = x / d + 8, rounded, at most 15. Places j and j + 16 share a byte. */
function quantize4(values: Float32Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const scales = new Float32Array(values.length / 32);
  for (let block = 0, i = 0, at = 2; block < scales.length; block++, i += 32, at += 18) {
    let largest = 0;
    for (let j = 0; j < 32; j++) if (Math.abs(values[i + j]!) > Math.abs(largest)) largest = values[i + j]!;
    const d = Math.fround(largest / -8);
    const inverse = d === 0 ? 0 : Math.fround(1 / d);
    const quarter = (x: number): number => Math.min(15, Math.trunc(Math.fround(Math.fround(x * inverse) + 8.5)));
    for (let j = 0; j < 16; j++) bytes[at + j] = quarter(values[i + j]!) | (quarter(values[i + 16 + j]!) << 4);
    scales[block] = d;
  }
  return withScales(bytes, scales, 18);
}

/** Puts the scale of each block of `size` bytes in front of it, as float16. */
function withScales(bytes: Uint8Array, scales: Float32Array, size: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  for (const [block, bits] of toFloat16(scales).entries()) view.setUint16(block * size, bits, true);
  return bytes;
}
