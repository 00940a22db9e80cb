import { fromFloat16 } from '@genai/core';
import { TENSOR_TYPES } from './gguf-types.js';

/**
 * Numbers of "k-quants" into `values`: blocks of 256 whose parts of 32, or 16, have scales of their own, which are integers times a
 * scale of the whole block.
 *
 * @source https://github.com/ggml-org/llama.cpp/pull/1684; the blocks of `ggml-common.h`.
 */
export function dequantizeK(type: 'Q4_K' | 'Q5_K' | 'Q6_K', bytes: Uint8Array, values: Float32Array): void {
  const size = TENSOR_TYPES[type].bytes;
  for (let at = 0, i = 0; at < bytes.byteLength; at += size, i += 256) {
    const block = bytes.subarray(at, at + size);
    if (type === 'Q6_K') six(block, values, i);
    else fourOrFive(block, type === 'Q5_K', values, i);
  }
}

/**
 * x = d · scale · q − dmin · least, for 8 parts of 32: two float16, 12 bytes of scales and leasts of 6 bits, for Q5_K 32 bytes with the
 * fifth bit of place j of part p as bit p of byte j, then 4 bits each, two parts side by side in 32 bytes.
 */
function fourOrFive(block: Uint8Array, isFive: boolean, values: Float32Array, start: number): void {
  const [d = 0, dmin = 0] = halves(block, 0, 2);
  const quarters = block.byteLength - 128;
  for (let part = 0; part < 8; part++) {
    const { scale, least } = scaleAndLeast(block, part);
    const [by, minus] = [Math.fround(d * scale), Math.fround(dmin * least)];
    for (let j = 0; j < 32; j++) {
      const low = (block[quarters + (part >> 1) * 32 + j]! >> (part & 1 ? 4 : 0)) & 15;
      const high = isFive ? ((block[16 + j]! >> part) & 1) << 4 : 0;
      values[start + 32 * part + j] = Math.fround(by * (low | high)) - minus;
    }
  }
}

/** Bytes 4 to 7 begin the scales of parts 0 to 3, 8 to 11 their leasts; their upper two bits and bytes 12 to 15 make parts 4 to 7. */
function scaleAndLeast(block: Uint8Array, part: number): { scale: number; least: number } {
  const place = part & 3;
  const [a, b, c] = [block[4 + place]!, block[8 + place]!, block[12 + place]!];
  if (part < 4) return { scale: a & 63, least: b & 63 };
  return { scale: (c & 15) | ((a >> 6) << 4), least: (c >> 4) | ((b >> 6) << 4) };
}

/**
 * x = d · scale · (q − 32), for 16 parts of 16: 128 bytes with the lower 4 bits, 64 with the upper 2, the scales as int8, and d. Each
 * half of the block has 64 bytes of lower bits, where the two halves of a byte are 64 places apart, and 32 of upper bits, whose four
 * pairs are 32 places apart.
 */
function six(block: Uint8Array, values: Float32Array, start: number): void {
  const [d = 0] = halves(block, 208, 1);
  for (let j = 0; j < 256; j++) {
    const [half, place] = [j >> 7, j & 127];
    const low = (block[64 * half + (place & 63)]! >> (place < 64 ? 0 : 4)) & 15;
    const high = (block[128 + 32 * half + (place & 31)]! >> (2 * (place >> 5))) & 3;
    const scale = (block[192 + (j >> 4)]! << 24) >> 24;
    values[start + j] = Math.fround(d * scale) * ((low | (high << 4)) - 32);
  }
}

function halves(block: Uint8Array, at: number, count: number): Float32Array {
  return fromFloat16(Uint16Array.from({ length: count }, (_, i) => block[at + 2 * i]! | (block[at + 2 * i + 1]! << 8)));
}
