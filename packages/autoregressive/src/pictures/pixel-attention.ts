import { type Key, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { attention, elu, gatedSigmoid, scope } from '@genai/tensor';
import { add, concat, reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** `query`, `key` and `value`: (width + beside, heads · features); `merge`: (width + heads · features, 2 width). */
export type PixelAttentionParams = {
  readonly query: DenseParams;
  readonly key: DenseParams;
  readonly value: DenseParams;
  readonly merge: DenseParams;
};

/** What later pixels attend to, (batch, heads, pixels so far, features) each. */
export type PixelMemory = { readonly keys: Tensor; readonly values: Tensor };

export interface PixelAttentionOptions {
  readonly width: number;
  /** How many numbers each pixel brings besides its features. */
  readonly beside: number;
  readonly heads: number;
  /** Features of a key and of a value of one head. */
  readonly features: number;
}

/** Attention of each pixel to those before it and to itself, of which features know the pixels before only. */
export interface PixelAttention {
  readonly init: (key: Key) => PixelAttentionParams;
  /**
   * Pixels in raster order, (batch, time, width), what they bring besides, (batch, time, beside), and what came before them, to
   * (batch, time, width) and what comes before the next.
   */
  readonly apply: (
    params: PixelAttentionParams,
    x: Tensor,
    beside: Tensor,
    before?: PixelMemory,
  ) => { readonly output: Tensor; readonly memory: PixelMemory };
}

/**
 * The attention block of PixelSNAIL; a gate merges what was found into the features.
 *
 * @source Chen et al. 2018, "PixelSNAIL: an improved autoregressive generative model", section 3 and figure 2.
 */
export function pixelAttention({ width, beside, heads, features }: PixelAttentionOptions): PixelAttention {
  const inner = heads * features;
  const project = dense(width + beside, inner, { initializer: glorotUniform });
  const merge = dense(width + inner, 2 * width, { initializer: glorotUniform });
  const byHead = (x: Tensor): Tensor => {
    const [batch, time] = x.shape as [number, number];
    return transpose(reshape(x, [batch, time, heads, features]), [0, 2, 1, 3]); // (batch, heads, time, features)
  };
  return {
    init: (key) => {
      const [a, b, c, d] = split(key, 4);
      return scope(() => ({
        query: project.init(a),
        key: project.init(b),
        value: project.init(c),
        merge: merge.init(d),
      }));
    },
    apply: (params, x, beside, before) =>
      scope(() => {
        const [batch, time] = x.shape as [number, number];
        const whole = concat([x, beside], -1); // (batch, time, width + beside)
        const [query, newKeys, newValues] = [params.query, params.key, params.value].map((each) =>
          byHead(project.apply(each, whole)),
        ) as [Tensor, Tensor, Tensor];
        const keys = before ? concat([before.keys, newKeys], 2) : newKeys;
        const values = before ? concat([before.values, newValues], 2) : newValues;
        const found = attention(query, keys, values, { causal: true });
        const joined = reshape(transpose(found, [0, 2, 1, 3]), [batch, time, inner]);
        const gate = merge.apply(params.merge, elu(concat([x, joined], -1))); // (batch, time, 2 width)
        return { output: add(x, gatedSigmoid(gate)), memory: { keys, values } };
      }),
  };
}
