import { fromBfloat16, fromFloat16, GenaiError } from '@genai/core';
import { dequantizeK } from './dequantize-k.js';
import { type GgufTensor, type GgufTensorType, ggufBytes, TENSOR_TYPES } from './gguf-types.js';

/**
 * The numbers of a tensor of a GGUF file in row-major order, bit for bit those that ggml makes of it.
 *
 * @example
 * const table = ggufFloats(decodeGguf(bytes).tensors.get('token_embd.weight')); // Float32Array
 * @throws GenaiError if there is no tensor, its type is not read, or its bytes do not agree with type and shape.
 * @source https://github.com/ggml-org/ggml, `dequantize_row_*` of `ggml-quants.c`.
 */
export function ggufFloats(tensor: GgufTensor | undefined): Float32Array {
  if (!tensor) throw new GenaiError('ggufFloats: got no tensor. Look its name up among those of the file.');
  const { type, shape, bytes } = tensor;
  const expected = Object.hasOwn(TENSOR_TYPES, type) ? ggufBytes(type, shape) : undefined;
  if (expected !== bytes.byteLength) {
    throw new GenaiError(
      `ggufFloats: a tensor of type ${type} and shape [${shape.join(', ')}] has ${bytes.byteLength} bytes, expected ${expected ?? 'another type or shape'}.`,
    );
  }
  const copy = (): ArrayBuffer => new Uint8Array(bytes).buffer; // aligned, wherever the tensor stands; a Buffer's slice is a view
  if (type === 'F32') return new Float32Array(copy());
  if (type === 'F16') return fromFloat16(new Uint16Array(copy()));
  if (type === 'BF16') return fromBfloat16(new Uint16Array(copy()));
  const values = new Float32Array((bytes.byteLength / TENSOR_TYPES[type].bytes) * TENSOR_TYPES[type].elements);
  if (type === 'Q4_K' || type === 'Q5_K' || type === 'Q6_K') dequantizeK(type, bytes, values);
  else dequantizeSimple(type, bytes, values);
  return values;
}

type Simple = Exclude<GgufTensorType, 'F32' | 'F16' | 'BF16' | 'Q4_K' | 'Q5_K' | 'Q6_K'>;

/**
 * Blocks of 32 with a scale d, and for some a least value m, in front: x = d · q + m with q of 4, 5 or 8 bits. Of two numbers in a byte
 * the lower half is the one 16 places before.
 */
function dequantizeSimple(type: Simple, bytes: Uint8Array, values: Float32Array): void {
  const { bytes: size } = TENSOR_TYPES[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scales = fromFloat16(halvesAt(view, size, 0));
  const hasLeast = type === 'Q4_1' || type === 'Q5_1';
  const leasts = hasLeast ? fromFloat16(halvesAt(view, size, 2)) : undefined;
  const isFive = type === 'Q5_0' || type === 'Q5_1';
  const middle = hasLeast ? 0 : isFive ? 16 : 8; // what stands for 0
  for (let block = 0, at = 0, i = 0; block < scales.length; block++, at += size, i += 32) {
    const d = scales[block]!;
    if (type === 'Q8_0') {
      for (let j = 0; j < 32; j++) values[i + j] = d * view.getInt8(at + 2 + j);
      continue;
    }
    const fifth = isFive ? view.getUint32(at + (hasLeast ? 4 : 2), true) : 0;
    const quarters = at + size - 16;
    const m = leasts?.[block] ?? 0;
    for (let j = 0; j < 32; j++) {
      const low = (bytes[quarters + (j & 15)]! >> (j < 16 ? 0 : 4)) & 15;
      const q = (low | (((fifth >>> j) & 1) << 4)) - middle;
      values[i + j] = hasLeast ? Math.fround(d * q) + m : d * q;
    }
  }
}

/** The float16 at byte `place` of each block of `size` bytes. */
function halvesAt(view: DataView, size: number, place: number): Uint16Array {
  return Uint16Array.from({ length: view.byteLength / size }, (_, block) => view.getUint16(block * size + place, true));
}
