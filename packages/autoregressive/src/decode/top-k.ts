import { expectIntegers } from '@genai/core';
import { massThreshold } from './mass-threshold.js';
import type { Warp } from './warp.js';

/**
 * Keeps the `k` likeliest tokens, and those as likely as the k-th.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [topK(50)] });
 * @throws GenaiError unless `k` is an integer of at least 1.
 * @source Fan et al. 2018, "Hierarchical neural story generation" (top-k random sampling).
 */
export function topK(k: number): Warp {
  expectIntegers('topK', { k });
  let indices = new Int32Array(0);
  return (logits) => {
    if (indices.length !== logits.length) indices = new Int32Array(logits.length);
    let count = 0;
    for (let i = 0; i < logits.length; i++) if (logits[i]! > Number.NEGATIVE_INFINITY) indices[count++] = i;
    if (count <= k) return;
    const least = massThreshold(logits, undefined, k, indices, count);
    for (let i = 0; i < logits.length; i++) if (logits[i]! < least) logits[i] = Number.NEGATIVE_INFINITY;
  };
}
