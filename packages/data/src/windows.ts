import { GenaiError } from '@genai/core';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.js';
import { expectIndices, expectInteger } from './expect.js';

/**
 * Runs of `length` tokens cut from a long text, each starting `stride` tokens after the one before: (batch, length)
 * int32. With the default stride the runs do not overlap; with `stride: 1` there is one for every token.
 *
 * @example
 * const { encode } = characters(text);
 * const data = batches(windows(encode(text), { length: 64, stride: 1 }), { size: 32, key: key(0) });
 * @throws GenaiError if there are fewer than `length` tokens.
 */
export function windows(
  tokens: Int32Array | Uint16Array | Uint8Array,
  { length, stride = length }: { readonly length: number; readonly stride?: number },
): Dataset<Tensor> {
  expectInteger('windows', 'length', length, 1);
  expectInteger('windows', 'stride', stride, 1);
  if (tokens.length < length) {
    throw new GenaiError(`windows: ${tokens.length} tokens are too few for a window of ${length}. Pass a longer text.`);
  }
  const count = Math.floor((tokens.length - length) / stride) + 1;
  return {
    length: count,
    read: (indices) => {
      expectIndices('windows', indices, count);
      const out = new Int32Array(indices.length * length);
      for (const [i, index] of indices.entries()) {
        out.set(tokens.subarray(index * stride, index * stride + length), i * length);
      }
      return tensor2d(out, [indices.length, length], 'int32'); // (batch, length)
    },
  };
}
