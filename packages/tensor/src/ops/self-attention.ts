import { GenaiError } from '@genai/core';
import { reshape, type Tensor, transpose, unstack } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { attention, fits } from './attention.js';
import { isFused, runFused } from './fused.js';
import { withGradient } from './with-gradient.js';

/**
 * {@link attention} of a sequence to itself, from the projection that makes queries, keys and values at once.
 *
 * projected: (batch, time, 3 · heads · width), first all queries, head by head, then all keys, then all values;
 * result: (batch, time, heads · width).
 *
 * @example
 * const mixed = selfAttention(linear(x, params.weight), { heads: 4, causal: true });
 * @throws GenaiError if the last axis of projected cannot be parted so.
 */
export function selfAttention(
  projected: Tensor,
  { heads, causal = false }: { readonly heads: number; readonly causal?: boolean },
): Tensor {
  const [batch, time, columns] = expectShape('selfAttention', projected, ['batch', 'time', '3 · heads · width']) as [
    number,
    number,
    number,
  ];
  const width = columns / 3 / heads;
  if (!Number.isInteger(width) || heads < 1) {
    throw new GenaiError(`selfAttention: ${columns} columns cannot be parted into 3 times ${heads} heads.`);
  }
  const plain = (projected: Tensor): Tensor =>
    scope(() => {
      const parted = reshape(projected, [batch, time, 3, heads, width]);
      const [q, k, v] = unstack(transpose(parted, [2, 0, 3, 1, 4])) as [Tensor, Tensor, Tensor];
      const mixed = attention(q, k, v, { causal }); // (batch, heads, time, width)
      return reshape(transpose(mixed, [0, 2, 1, 3]), [batch, time, heads * width]);
    });
  if (!fits(time, width, width) || !isFused('GenaiSelfAttention', projected)) return plain(projected);
  const options = { heads, causal, scale: 1 / Math.sqrt(width) };
  return withGradient([projected], {
    forward: (qkv) => {
      const [value, sums] = runFused('GenaiSelfAttention', { qkv: qkv! }, options) as [Tensor, Tensor];
      return { value, kept: [value, sums] };
    },
    backward: (dy, [qkv], [y, sums]) =>
      runFused('GenaiSelfAttentionGrad', { dy, qkv: qkv!, y: y!, sums: sums! }, options),
    plain: ([projected]) => plain(projected!),
  });
}
