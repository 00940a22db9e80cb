import { fromFloat16 } from '@genai/core';
import { type GgufTensor, ggufBytes } from './gguf-types.js';

/** The numbers of a tensor in the bits that the file has them in, for who computes with these. */
export interface GgufCodes {
  readonly bits: 4 | 8 | 16;
  /** Codes and scales as `quantise` of `@genai/tensor` lays them out; of 16 bits there are no scales. New arrays each time. */
  readonly read: () => { readonly codes: Int32Array; readonly scales?: Float32Array };
}

/**
 * The numbers of a tensor of type `Q8_0`, `Q4_0` or `F16` as they are in the file, bit for bit: not rounded again, as those that
 * `ggufFloats` gives would be. `undefined` for other types, and for rows that are no multiple of 32.
 *
 * @example
 * const { codes, scales } = ggufCodes(decodeGguf(bytes).tensors.get('blk.0.ffn_up.weight'))?.read() ?? {};
 * @source https://github.com/ggml-org/ggml, `block_q8_0` and `block_q4_0` of `ggml-common.h`.
 */
export function ggufCodes(tensor: GgufTensor | undefined): GgufCodes | undefined {
  if (!tensor) return undefined;
  const { type, shape, bytes } = tensor;
  const isWhole = (shape.at(-1) ?? 0) % BLOCK === 0 && ggufBytes(type, shape) === bytes.byteLength;
  if (!isWhole) return undefined;
  if (type === 'F16') return { bits: 16, read: () => ({ codes: new Int32Array(new Uint8Array(bytes).buffer) }) };
  if (type === 'Q8_0') return { bits: 8, read: () => blocksOf(bytes, { size: 32, flip: 0 }) };
  if (type === 'Q4_0') return { bits: 4, read: () => blocksOf(bytes, { size: 16, flip: 0x88888888 }) };
  return undefined;
}

const BLOCK = 32;

/**
 * Scales, each a float16, and behind each the codes of a block, `size` bytes. Q4_0 has its numbers plus 8: with the highest bits flipped
 * they are in two's complement.
 */
function blocksOf(
  bytes: Uint8Array,
  { size, flip }: { readonly size: number; readonly flip: number },
): { readonly codes: Int32Array; readonly scales: Float32Array } {
  const count = bytes.byteLength / (size + 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const halves = Uint16Array.from({ length: count }, (_, block) => view.getUint16(block * (size + 2), true));
  const codes = new Uint8Array(count * size);
  for (let block = 0; block < count; block++) {
    const at = block * (size + 2) + 2;
    codes.set(bytes.subarray(at, at + size), block * size);
  }
  const words = new Int32Array(codes.buffer);
  if (flip !== 0) for (let i = 0; i < words.length; i++) words[i]! ^= flip;
  return { codes: words, scales: fromFloat16(halves) };
}
