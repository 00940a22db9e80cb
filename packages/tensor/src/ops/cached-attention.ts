import { GenaiError } from '@genai/core';
import {
  add,
  cast,
  floorDiv,
  less,
  matMul,
  mul,
  oneHot,
  ones,
  range,
  reshape,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { isFusedHere, runFused } from './fused.js';
import { byHead, parted, shared, sideBySide, weighed } from './grouped-attention.js';
import { type GroupedAttentionOptions, type GroupedSizes, groupedSizes } from './score-rules.js';

/** Keys and values of what is behind, each (batch, room, keyHeads · width): position p stands in slot p mod room. */
export type KeyValueCache = { readonly keys: Tensor; readonly values: Tensor };

/**
 * {@link groupedAttention} to what is cached and to itself: writes the keys and values of `qkv` into the cache, then attends.
 *
 * qkv: (batch, time, (heads + 2 · keyHeads) · width); `behind`, (batch) of int32, tells how many positions of each row are behind.
 * Result: `output`, (batch, time, heads · width), and the cache to go on with.
 *
 * **The cache given is used up.** Engines that can write into it do so and return the very tensors that were given; others return new
 * ones. Rows behind the positions that a caller still counts are never read, so that counting back (`behind` made smaller) undoes steps.
 * A cache of less room than there are positions is a ring that keeps the newest; then `time` must fit beside the window:
 * window + time − 1 ≤ room. There is no gradient.
 *
 * @example
 * const { output, cache: next } = cachedAttention(qkv, cache, behind, { heads: 8, keyHeads: 2 });
 * @throws GenaiError if the shapes do not fit together, or `time` is larger than the room.
 */
export function cachedAttention(
  qkv: Tensor,
  cache: KeyValueCache,
  behind: Tensor,
  options: GroupedAttentionOptions,
): { readonly output: Tensor; readonly cache: KeyValueCache } {
  const sizes = groupedSizes('cachedAttention', qkv, options);
  const { batch, time, heads, keyHeads, width } = sizes;
  const room = expectShape('cachedAttention: keys', cache.keys, [batch, 'room', keyHeads * width])[1]!;
  expectShape('cachedAttention: values', cache.values, [batch, room, keyHeads * width]);
  expectShape('cachedAttention: behind', behind, [batch]);
  if (time > room) {
    throw new GenaiError(
      `cachedAttention: ${time} positions do not fit into a cache with room for ${room}. Pass fewer at once.`,
    );
  }
  const { scale = 1 / Math.sqrt(width) } = options;
  if (hasKernel(sizes, qkv, cache, behind)) {
    const attributes = { ...options, keyHeads, scale };
    return { output: runFused('GenaiCachedAttention', { qkv, ...cache, behind }, attributes)[0]!, cache };
  }
  return scope(() => {
    const { q, k, v } = parted(qkv, sizes);
    const past = cast(behind, 'float32'); // exact below 2²⁴
    const first = reshape(past, [batch, 1]);
    const slots = remainder(add(first, range(0, time)), room); // (batch, time)
    const [keys, values] = [written(cache.keys, k, slots), written(cache.values, v, slots)];
    // The newest position of each slot: those below zero hold nothing yet.
    const last = add(first, time - 1); // (batch, 1)
    const held = sub(last, remainder(sub(last, range(0, room)), room)); // (batch, room)
    const from = reshape(add(first, range(0, time)), [batch, 1, time, 1]);
    const to = reshape(held, [batch, 1, 1, room]);
    const apart = sub(from, to);
    const distance = where(less(to, 0), NONE, apart); // never seen
    const output = sideBySide(
      weighed(byHead(q, heads), shared(byHead(keys, keyHeads), heads), shared(byHead(values, keyHeads), heads), {
        ...options,
        ...{ scale, distance },
      }),
    );
    return { output, cache: { keys, values } };
  });
}

/** Whether the engine has a kernel that writes into the cache, and what it works on fits into the space of a thread (1 MB). */
function hasKernel(
  { heads, keyHeads, width }: GroupedSizes,
  qkv: Tensor,
  cache: KeyValueCache,
  behind: Tensor,
): boolean {
  const queries = Math.max(64, heads / keyHeads);
  const fits = queries * (2 * width + 130) + 128 * width <= 2 ** 18;
  return fits && behind.dtype === 'int32' && isFusedHere('GenaiCachedAttention', qkv, cache.keys, cache.values);
}

/** A distance at which nothing is seen. */
const NONE = -1;

/** x mod n of floats that are whole numbers, never negative. */
function remainder(x: Tensor, n: number): Tensor {
  return sub(x, mul(floorDiv(x, n), n));
}

/** (batch, room, width) with rows (batch, time, width) at slots (batch, time). */
function written(cache: Tensor, rows: Tensor, slots: Tensor): Tensor {
  const room = cache.shape[1]!;
  const places = cast(oneHot(cast(slots, 'int32'), room), 'float32'); // (batch, time, room)
  const placed = matMul(places, rows, true, false); // (batch, room, width)
  const [batch, time] = slots.shape as [number, number];
  // Sums by a product: webgpu's `sum` over a middle axis of what `oneHot` made is wrong.
  const kept = sub(1, matMul(places, ones([batch, time, 1]), true, false)); // (batch, room, 1)
  return add(mul(cache, kept), placed);
}
