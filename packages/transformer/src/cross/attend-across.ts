import { attention, scope } from '@genai/tensor';
import { cast, concat, reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** How {@link attendAcross} parts and weighs. */
export interface AcrossOptions {
  /** Heads of the queries. */
  readonly heads: number;
  /** Heads of the keys and values, each shared by heads / keyHeads neighbouring queries. */
  readonly keyHeads: number;
  /** What q kᵀ is multiplied by. */
  readonly scale: number;
  /** (batch, length): not 0 where a key may be seen; all unless given. */
  readonly mask?: Tensor | undefined;
}

/**
 * Attention without an order in time: queries (batch, time, heads · width) to keys and values (batch, length, keyHeads · width) →
 * (batch, time, heads · width). A row all of whose keys are masked gives zeros.
 */
export function attendAcross(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  { heads, keyHeads, scale, mask }: AcrossOptions,
): Tensor {
  return scope(() => {
    const [batch, length] = keys.shape as [number, number];
    const [q, k, v] = [byHead(queries, heads), byHead(keys, keyHeads), byHead(values, keyHeads)];
    const seen = mask && reshape(cast(mask, 'float32'), [batch, 1, 1, length]);
    const mixed = attention(q, shared(k, heads), shared(v, heads), { scale, mask: seen }); // (batch, heads, time, width)
    return reshape(transpose(mixed, [0, 2, 1, 3]), queries.shape);
  });
}

/** (batch, time, heads · width) → (batch, heads, time, width) */
function byHead(x: Tensor, heads: number): Tensor {
  const [batch, time, columns] = x.shape as [number, number, number];
  return transpose(reshape(x, [batch, time, heads, columns / heads]), [0, 2, 1, 3]);
}

/** (batch, keyHeads, length, width) → (batch, heads, length, width), each so often as queries share it. */
function shared(x: Tensor, heads: number): Tensor {
  const [batch, keyHeads, length, width] = x.shape as [number, number, number, number];
  if (heads === keyHeads) return x;
  const copies = Array<Tensor>(heads / keyHeads).fill(reshape(x, [batch, keyHeads, 1, length, width]));
  return reshape(concat(copies, 2), [batch, heads, length, width]);
}
