import {
  add,
  cast,
  concat,
  lessEqual,
  logicalAnd,
  matMul,
  mul,
  range,
  reshape,
  slice,
  softmax,
  sub,
  type Tensor,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { attention, fits } from './attention.js';
import { isFused, runFused } from './fused.js';
import { inBlocks, queryBlocks } from './in-blocks.js';
import { type GroupedAttentionOptions, type GroupedSizes, groupedSizes } from './score-rules.js';
import { selfAttention } from './self-attention.js';
import { softCap } from './soft-cap.js';
import { withGradient } from './with-gradient.js';

/**
 * Causal self-attention from the projection that makes queries, keys and values at once, in which several heads of queries may share
 * one of keys and values, see only so far, or weigh by distance.
 *
 * qkv: (batch, time, (heads + 2 · keyHeads) · width), first all queries, head by head, then all keys, then all values; before them
 * may stand keys and values of earlier positions, `past`, each (batch, earlier, keyHeads · width). Result: (batch, time, heads · width).
 *
 * `reach`, (batch, time), tells how many positions before itself each query sees at most: where a row holds several documents, its place
 * in its own keeps them apart. No gradient flows to it.
 *
 * @example
 * const mixed = groupedAttention(qkv, { heads: 8, keyHeads: 2, window: 256 }); // (batch, time, 12 · 64) → (batch, time, 8 · 64)
 * @throws GenaiError if the last axis cannot be parted so, or an option is out of range.
 * @source Ainslie et al. 2023, "GQA: training generalized multi-query transformer models", section 2.2; Beltagy et al. 2020,
 * "Longformer", section 3.1 (windows); Press et al. 2022, "Train short, test long" (slopes); Gemma team 2024, "Gemma 2", section 2 (cap).
 */
export function groupedAttention(qkv: Tensor, options: GroupedAttentionOptions & Beside): Tensor {
  const sizes = groupedSizes('groupedAttention', qkv, options);
  const { batch, heads, keyHeads, width, time } = sizes;
  const { past, reach, scale = 1 / Math.sqrt(width), window, scoreCap, slopes } = options;
  if (reach) expectShape('groupedAttention: reach', reach, [batch, time]);
  const isFar = window !== undefined && window < time + (past?.keys.shape[1] ?? 0);
  const isPlain = !isFar && !scoreCap && !slopes && !reach;
  if (isPlain && !past && heads === keyHeads && options.scale === undefined)
    return selfAttention(qkv, { heads, causal: true });
  const composed = (qkv: Tensor, reach?: Tensor): Tensor => attended(qkv, sizes, { ...options, reach, scale });
  if (past || scoreCap || slopes || !fits(time, width, width) || !isFused('GenaiSelfAttention', qkv))
    return composed(qkv, reach);
  const attributes = { heads, keyHeads, causal: true, scale, ...(isFar && { window }) };
  return withGradient([qkv], {
    forward: (qkv) => {
      const near = reach ? { reach: cast(reach, 'float32') } : {};
      const [value, sums] = runFused('GenaiSelfAttention', { qkv: qkv!, ...near }, attributes) as [Tensor, Tensor];
      return { value, kept: [value, sums, ...Object.values(near)] };
    },
    backward: (dy, [qkv], [y, sums, reach]) =>
      runFused('GenaiSelfAttentionGrad', { dy, qkv: qkv!, y: y!, sums: sums!, ...(reach && { reach }) }, attributes),
    plain: ([qkv], [, , reach]) => composed(qkv!, reach),
  });
}

type Beside = {
  readonly past?: { readonly keys: Tensor; readonly values: Tensor } | undefined;
  readonly reach?: Tensor | undefined;
};

function attended(
  qkv: Tensor,
  sizes: GroupedSizes,
  options: GroupedAttentionOptions & Beside & { readonly scale: number },
): Tensor {
  const { batch, heads, keyHeads, time } = sizes;
  const { past, reach, scale, window, scoreCap, slopes } = options;
  return scope(() => {
    const { q, k, v } = parted(qkv, sizes);
    const keys = past ? concat([past.keys, k], 1) : k; // (batch, length, keyHeads · width)
    const values = past ? concat([past.values, v], 1) : v;
    const parts = [
      byHead(q, heads),
      shared(byHead(keys, keyHeads), heads),
      shared(byHead(values, keyHeads), heads),
    ] as const;
    const length = keys.shape[1]!;
    const isFar = window !== undefined && window < length;
    if (!isFar && !scoreCap && !slopes && !reach) return sideBySide(attention(...parts, { causal: true, scale }));
    const weigh: Attend = (parts, { begin, end, first, seen }, [reach]) => {
      const from = reshape(range(length - time + begin, length - time + end), [1, 1, end - begin, 1]); // places of queries
      const to = reshape(range(first, seen), [1, 1, 1, seen - first]);
      const own = reach && reshape(slice(reach, [0, begin], [batch, end - begin]), [batch, 1, end - begin, 1]);
      return weighed(...parts, { ...options, scale, distance: sub(from, to), reach: own });
    };
    const blocks = queryBlocks({
      each: batch * heads,
      time,
      length,
      causal: true,
      window: isFar ? window : undefined,
    });
    const constants = reach ? [reach] : [];
    if (blocks.length === 1)
      return sideBySide(weigh(parts, { begin: 0, end: time, first: 0, seen: length }, constants));
    return sideBySide(inBlocks(parts, blocks, weigh, constants));
  });
}

/** Queries (batch, time, heads · width), keys and values of a projection. */
export function parted(
  qkv: Tensor,
  { batch, time, heads, keyHeads, width }: GroupedSizes,
): { q: Tensor; k: Tensor; v: Tensor } {
  const part = (from: number, count: number): Tensor => slice(qkv, [0, 0, from * width], [batch, time, count * width]);
  return { q: part(0, heads), k: part(heads, keyHeads), v: part(heads + keyHeads, keyHeads) };
}

/** (batch, time, heads · width) → (batch, heads, time, width) */
export function byHead(x: Tensor, heads: number): Tensor {
  const [batch, time, columns] = x.shape as [number, number, number];
  return transpose(reshape(x, [batch, time, heads, columns / heads]), [0, 2, 1, 3]);
}

/** (batch, heads, time, width) → (batch, time, heads · width) */
export function sideBySide(x: Tensor): Tensor {
  const [batch, heads, time, width] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, time, heads * width]);
}

/** (batch, keyHeads, length, width) → (batch, heads, length, width), each so often as queries share it. */
export function shared(x: Tensor, heads: number): Tensor {
  const [batch, keyHeads, length, width] = x.shape as [number, number, number, number];
  if (heads === keyHeads) return x;
  const copies = Array<Tensor>(heads / keyHeads).fill(reshape(x, [batch, keyHeads, 1, length, width]));
  return reshape(concat(copies, 2), [batch, heads, length, width]);
}

type Weighing = GroupedAttentionOptions & {
  readonly scale: number;
  /** How far each key lies before each query, broadcasting to (batch, heads, time, length): negative where it must not be seen. */
  readonly distance: Tensor;
  /** How far each query sees, broadcasting to the same. */
  readonly reach?: Tensor | undefined;
};

type Attend = Parameters<typeof inBlocks>[2];

/**
 * softmax(cap(q kᵀ · scale) − slope · distance) v over the keys at distances from 0 to window − 1, and to `reach`; zeros for a query that
 * sees none.
 */
export function weighed(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { scale, scoreCap, slopes, window, reach, distance }: Weighing,
): Tensor {
  const near = [window && lessEqual(distance, window - 1), reach && lessEqual(distance, reach)];
  const allowed = near.reduce<Tensor>((all, one) => (one ? logicalAnd(all, one) : all), lessEqual(0, distance));
  if (!scoreCap && !slopes) return attention(q, k, v, { scale, mask: allowed });
  const products = matMul(mul(q, scale), k, false, true); // (batch, heads, time, length)
  const capped = scoreCap ? softCap(products, scoreCap) : products;
  const biased = slopes
    ? sub(capped, mul(reshape(tensor1d(Float32Array.from(slopes)), [1, slopes.length, 1, 1]), distance))
    : capped;
  const seen = cast(allowed, 'float32');
  return matMul(mul(softmax(add(biased, mul(sub(seen, 1), FAR))), seen), v);
}

/** Far below every score, and far from overflow. */
const FAR = 1e30;
