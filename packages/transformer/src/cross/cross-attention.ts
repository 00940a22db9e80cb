import { type Key, split } from '@genai/core';
import { type ProjectionParams, projection, type RmsNormParams, rmsNorm } from '@genai/nn';
import { dropElements, type KeyValueCache, scope } from '@genai/tensor';
import { reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { BlockInitializers } from '../model/attention-layer.js';
import type { FullConfig } from '../transformer-config.js';
import { attendAcross } from './attend-across.js';
import type { Remembered } from './memory.js';

/** `query` has the part `query`, `memory` the parts `key` and `value`; the norms are of one head. */
export type CrossAttentionParams = {
  readonly query: ProjectionParams;
  readonly memory: ProjectionParams;
  readonly output: ProjectionParams;
  readonly queryNorm?: RmsNormParams;
  readonly keyNorm?: RmsNormParams;
};

/** Attention of a block to a memory: its queries are of the block's input, keys and values of the memory. */
export interface CrossAttention {
  readonly init: (key: Key) => CrossAttentionParams;
  /** The keys and values of a memory (batch, length, width of the memory), for all positions to come. */
  readonly remember: (params: CrossAttentionParams, memory: Tensor) => KeyValueCache;
  /** (batch, time, width) → same. With a `key`, dropout acts. */
  readonly apply: (params: CrossAttentionParams, x: Tensor, remembered: Remembered, key?: Key) => Tensor;
}

/**
 * The cross-attention of a config to memories of `memoryWidth` numbers. It has the heads, biases, norms of heads and the scale of the
 * config's self-attention; positions, windows and the cap on scores are of self-attention alone.
 *
 * @source Vaswani et al. 2017, "Attention is all you need", section 3.2.3.
 */
export function crossAttention(
  config: FullConfig,
  memoryWidth: number,
  { into, out }: BlockInitializers,
): CrossAttention {
  const { width, heads, keyHeads, headWidth, biases, queryKeyNorm, epsilon, scoreScale, dropout } = config;
  const columns = keyHeads * headWidth;
  const [bias, initializer] = [biases.qkv, into];
  const query = projection(width, { query: heads * headWidth }, { bias, initializer });
  const keysAndValues = projection(memoryWidth, { key: columns, value: columns }, { bias, initializer });
  const output = projection(heads * headWidth, { output: width }, { bias: biases.output, initializer: out });
  const headNorm = rmsNorm(headWidth, { epsilon });
  /** Head by head, (…, heads · headWidth) → same. */
  const normed = (norm: RmsNormParams | undefined, x: Tensor): Tensor =>
    norm ? reshape(headNorm.apply(norm, reshape(x, [x.shape[0]!, x.shape[1]!, -1, headWidth])), x.shape) : x;
  return {
    init: (key) => {
      const [forQuery, forMemory, forOutput] = split(key, 3);
      return scope(() => ({
        query: query.init(forQuery),
        memory: keysAndValues.init(forMemory),
        output: output.init(forOutput),
        ...(queryKeyNorm && { queryNorm: headNorm.init(key), keyNorm: headNorm.init(key) }),
      }));
    },
    remember: (params, memory) =>
      scope(() => {
        const [batch, length] = memory.shape as [number, number];
        const both = keysAndValues.apply(params.memory, memory); // (batch, length, 2 · columns)
        const part = (from: number): Tensor => slice(both, [0, 0, from], [batch, length, columns]);
        return { keys: normed(params.keyNorm, part(0)), values: part(columns) };
      }),
    apply: (params, x, { keys, values, mask }, key) => {
      const [forInto, forOut, forDrop] = key ? split(key, 3) : [];
      return scope(() => {
        const queries = normed(params.queryNorm, query.apply(params.query, x, forInto)); // (batch, time, heads · headWidth)
        const mixed = attendAcross(queries, keys, values, { heads, keyHeads, scale: scoreScale, mask });
        const y = output.apply(params.output, mixed, forOut); // (batch, time, width)
        return forDrop && dropout > 0 ? dropElements(y, forDrop, dropout) : y;
      });
    },
  };
}
