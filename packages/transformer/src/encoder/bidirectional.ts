import { selfAttention } from '@genai/tensor';
import { slice } from '@tensorflow/tfjs-core';
import { attendAcross } from '../cross/attend-across.js';
import { type Attend, keysAndValues } from '../model/attention-layer.js';

/** Attention of every position to all positions that the mask shows; its cache are their keys and values. */
export const bidirectional: Attend = (qkv, { mask }, options) => {
  const { heads, keyHeads = heads, scale } = options;
  const [batch, time, columns] = qkv.shape as [number, number, number];
  const headWidth = columns / (heads + 2 * keyHeads);
  const cache = keysAndValues(qkv, options);
  if (!mask && heads === keyHeads && scale === undefined) return { output: selfAttention(qkv, { heads }), cache };
  const queries = slice(qkv, [0, 0, 0], [batch, time, heads * headWidth]);
  const across = { heads, keyHeads, scale: scale ?? 1 / Math.sqrt(headWidth), mask };
  return { output: attendAcross(queries, cache.keys, cache.values, across), cache };
};
