import { GenaiError } from '@genai/core';
import {
  add,
  cast,
  lessEqual,
  matMul,
  mul,
  range,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { isFused, runFused } from './fused.js';
import { inBlocks, type QueryBlock, queryBlocks } from './in-blocks.js';
import { type Rule, withGradient } from './with-gradient.js';

/** How {@link attention} weighs its keys. */
export type AttentionOptions = {
  /** The last query sees all keys, the one before it all but the last, and so on. Off unless given. */
  readonly causal?: boolean;
  /** What q kᵀ is multiplied by, 1 / √width unless given. */
  readonly scale?: number;
  /**
   * True (or 1) where a query may attend to a key, false (or 0) where not; broadcasts to (batch, heads, time, length).
   * No gradient flows to it.
   */
  readonly mask?: Tensor | undefined;
};

/**
 * Scaled dot-product attention, softmax(q kᵀ · scale) v.
 *
 * q: (batch, heads, time, width), k: (batch, heads, length, width), v: (batch, heads, length, features);
 * result: (batch, heads, time, features). A query that may attend to no key gives zeros. As `causal` lines up the last
 * query with the last key, queries may follow on keys that were cached. Memory grows linearly in the length: of more than
 * 2²⁴ scores only those of some queries are held at a time, and computed again for the gradient.
 *
 * @example
 * const y = attention(q, k, v, { causal: true });
 * @throws GenaiError if the shapes of q, k, v and mask do not fit together.
 * @source Vaswani et al. 2017, "Attention is all you need", eq. 1.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  const [batch, heads, time, width] = expectShape('attention: q', q, ['batch', 'heads', 'time', 'width']);
  const [, , length] = expectShape('attention: k', k, [batch, heads, 'length', width]);
  expectShape('attention: v', v, [batch, heads, length, 'features']);
  const { causal = false, scale = 1 / Math.sqrt(width), mask } = options;
  if (mask) expectBroadcast(mask.shape, [batch, heads, time, length]);
  const mayBeEmpty = mask !== undefined || (causal && time > length); // a query without any key

  /** The weight of every key for every query, (batch, heads, time, length). */
  const weigh = (q: Tensor, k: Tensor, mask: Tensor | undefined): Tensor => {
    const scores = matMul(mul(q, scale), k, false, true);
    const allowed = allowedKeys(time, length, causal, mask);
    if (!allowed) return softmax(scores);
    const weights = softmax(add(scores, mul(sub(allowed, 1), FAR)));
    return mayBeEmpty ? mul(weights, allowed) : weights;
  };
  const plain: Rule['plain'] = ([q, k, v], [, mask]) => matMul(weigh(q!, k!, mask), v!);
  if (!mask && fits(length, width, v.shape[3]!) && isFused('GenaiAttention', q, k, v)) {
    return withGradient([q, k, v], { ...fusedAttention({ scale, causal }), plain: (xs) => plain(xs, []) });
  }
  const blocks = queryBlocks({ each: batch! * heads!, time: time!, length: length!, causal });
  if (blocks.length > 1 && !(causal && time! > length!)) {
    const attend = (parts: readonly [Tensor, Tensor, Tensor], block: QueryBlock, [mask]: readonly Tensor[]): Tensor =>
      attention(...parts, { causal, scale, mask: mask && maskOf(mask, block) });
    return inBlocks([q, k, v], blocks, attend, mask ? [mask] : []);
  }
  return withGradient([q, k, v], {
    forward: (q, k, v) => {
      const weights = weigh(q, k, mask);
      return { value: matMul(weights, v), kept: mask ? [weights, mask] : [weights] };
    },
    backward: (dy, [q, k, v], [weights]) => {
      const products = mul(matMul(dy, v!, false, true), weights!); // (batch, heads, time, length)
      // Scores: dS = W ∘ dW − W · Σ (W ∘ dW) over the keys; the scale belongs to both q and k.
      const dScores = mul(sub(products, mul(weights!, sum(products, -1, true))), scale);
      return [matMul(dScores, k!), matMul(dScores, q!, true, false), matMul(weights!, dy, true, false)];
    },
    plain,
  });
}

/** The part of a mask that is of a block; axes of one element serve all. */
function maskOf(mask: Tensor, { begin, end, first, seen }: QueryBlock): Tensor {
  const from = mask.shape.map(() => 0);
  const size = [...mask.shape];
  for (const [axis, at, count] of [
    [mask.rank - 1, first, seen - first],
    [mask.rank - 2, begin, end - begin],
  ] as const) {
    if (axis < 0 || size[axis] === 1) continue;
    from[axis] = at;
    size[axis] = count;
  }
  return slice(mask, from, size);
}

/** In one kernel each way, which keeps log Σ eˢ of each query's scores and makes the weights of it again. */
function fusedAttention(options: { scale: number; causal: boolean }): Pick<Rule, 'forward' | 'backward'> {
  return {
    forward: (q, k, v) => {
      const [value, sums] = runFused('GenaiAttention', { q: q!, k: k!, v: v! }, options) as [Tensor, Tensor];
      return { value, kept: [value, sums] };
    },
    backward: (dy, [q, k, v], [y, sums]) =>
      runFused('GenaiAttentionGrad', { dy, q: q!, k: k!, v: v!, y: y!, sums: sums! }, options),
  };
}

/** Whether the keys and values of a head fit into the space that a thread of such an engine has (1 MB). */
export function fits(length: number, width: number, features: number): boolean {
  return (length + 16) * (width + features + 16) <= 2 ** 18;
}

/** Far below every score, and far from overflow: its exponential is zero beside that of a score. */
const FAR = 1e30;

/** 1 where a query may attend to a key and 0 where not, broadcasting to (batch, heads, time, length). */
function allowedKeys(time: number, length: number, causal: boolean, mask: Tensor | undefined): Tensor | undefined {
  const given = mask && cast(mask, 'float32');
  if (!causal) return given;
  const last = reshape(range(length - time, length), [time, 1]); // of the keys a query sees
  const seen = cast(lessEqual(range(0, length), last), 'float32'); // (time, length)
  return given ? mul(given, seen) : seen;
}

function expectBroadcast(shape: readonly number[], full: readonly number[]): void {
  const sizes = full.slice(full.length - shape.length);
  if (shape.length > full.length || shape.some((size, i) => size !== 1 && size !== sizes[i])) {
    throw new GenaiError(
      `attention: mask: got shape [${shape.join(', ')}], expected one that broadcasts to [${full.join(', ')}].`,
    );
  }
}
