import { GenaiError } from '@genai/core';
import { type DenseParams, dense, layerNorm, type NormParams } from '@genai/nn';
import { gelu, owned, scope } from '@genai/tensor';
import type { TransformerConfig, TransformerParams } from '@genai/transformer';
import {
  add,
  gather,
  matMul,
  mul,
  reshape,
  slice,
  softmax,
  type Tensor,
  tensor1d,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';

/** How much each query attends to each key: (layers, heads, time, time), rows of it sum to 1. */
export interface AttentionMaps {
  readonly layers: number;
  readonly heads: number;
  readonly time: number;
  readonly weights: Float32Array;
}

/**
 * The attention of a transformer of `gpt2`'s form over `tokens`, (time), and its logits of the token after them, (vocabulary).
 *
 * The model itself keeps no map: its attention is one fused operation. Here it is computed once more from the parameters, step by
 * step as the papers have it (Vaswani et al. 2017, eq. 1; Radford et al. 2019, section 2.3): h = x + Σ softmax(q kᵀ / √d) v, then
 * h + down(gelu(up(h))), with a layer norm before each part.
 */
export async function attentionMaps(
  { width, layers, heads, positions, norm }: TransformerConfig,
  params: TransformerParams,
  tokens: Int32Array,
): Promise<AttentionMaps & { readonly logits: Float32Array }> {
  if (positions.kind !== 'learned' || norm !== 'layer')
    throw new GenaiError('attentionMaps: expected a model of gpt2.');
  const time = tokens.length;
  const d = width / heads;
  const { table } = params.embedding as { readonly table: Tensor };
  const normed = layerNorm(width);
  const map = (p: unknown, inputs: number, outputs: number, x: Tensor): Tensor =>
    dense(inputs, outputs).apply(p as DenseParams, x);
  /** (time, width) → (heads, time, d) */
  const apart = (x: Tensor): Tensor => transpose(reshape(x, [time, heads, d]), [1, 0, 2]);

  using made = owned(
    scope(() => {
      const unseen = unseenBy(time); // (time, time)
      let x = add(gather(table, tensor1d(tokens, 'int32')), slice(params.positions!.table, [0, 0], [time, width])); // (time, width)
      const maps = params.blocks.map(({ attention, attentionNorms, feedForward, feedForwardNorms }) => {
        const qkv = map(attention.qkv, width, 3 * width, normed.apply(attentionNorms.before as NormParams, x)); // (time, 3 · width)
        const [q, k, v] = [0, 1, 2].map((i) => apart(slice(qkv, [0, i * width], [time, width]))) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        const weights = softmax(add(mul(matMul(q, k, false, true), 1 / Math.sqrt(d)), unseen)); // (heads, time, time)
        const attended = reshape(transpose(matMul(weights, v), [1, 0, 2]), [time, width]); //     (time, width)
        x = add(x, map(attention.output, width, width, attended));
        const { up, down } = feedForward as { readonly up: unknown; readonly down: unknown };
        const raised = map(up, width, 4 * width, normed.apply(feedForwardNorms.before as NormParams, x)); // (time, 4 · width)
        x = add(x, map(down, 4 * width, width, gelu(raised, { approximate: true })));
        return weights;
      });
      const last = normed.apply(params.norm as NormParams, slice(x, [time - 1, 0], [1, width])); // (1, width)
      return { maps, logits: matMul(last, table, false, true) }; //                                  (1, vocabulary)
    }),
  );
  const weights = new Float32Array(layers * heads * time * time);
  for (const [layer, one] of made.maps.entries()) weights.set(await one.data(), layer * heads * time * time);
  return { layers, heads, time, weights, logits: ((await made.logits.data()) as Float32Array).slice() };
}

/** −10⁹ where a key lies behind its query, else 0: (time, time). */
function unseenBy(time: number): Tensor {
  const cell = (i: number): number => (i % time > Math.floor(i / time) ? -1e9 : 0);
  return tensor2d(
    Float32Array.from({ length: time * time }, (_, i) => cell(i)),
    [time, time],
  );
}
