import { expectIntegers, GenaiError, type Layer, split } from '@genai/core';
import { expectShape, scope, selfAttention } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import type { Initializer } from './initializers/initializer.js';
import { perGate } from './per-gate.js';

/**
 * `qkv.weight`, (width, 3 · width): the columns of the queries, then those of the keys, then those of the values, each
 * head by head; `output.weight`: (width, width).
 *
 * PyTorch's `in_proj_weight` is the transpose of `qkv.weight`, `out_proj.weight` that of `output.weight`.
 */
export type AttentionParams = { readonly qkv: DenseParams; readonly output: DenseParams };

export interface MultiHeadAttentionOptions {
  /** Into how many heads the width is divided. */
  readonly heads: number;
  /** Whether a position sees only itself and those before it. Default `false`. */
  readonly causal?: boolean;
  /** Adds biases to the four projections, 0 at first. Default `true`. */
  readonly bias?: boolean;
  /** Draws the weight of each projection. Default {@link glorotUniform}. */
  readonly initializer?: Initializer;
}

/**
 * Self-attention with several heads: (batch, time, width) → (batch, time, width).
 *
 * @example
 * const layer = multiHeadAttention(64, { heads: 4, causal: true });
 * const y = layer.apply(layer.init(key(0)), x); // (batch, time, 64) → same
 * @throws GenaiError unless `heads` divides `width`; when applied, if the input is not (batch, time, width).
 * @source Vaswani et al. 2017, "Attention is all you need", section 3.2.2.
 */
export function multiHeadAttention(
  width: number,
  { heads, causal = false, bias = true, initializer = glorotUniform }: MultiHeadAttentionOptions,
): Layer<Tensor, AttentionParams> {
  const where = `multiHeadAttention(${width})`;
  expectIntegers(where, { width, heads });
  if (width % heads !== 0) throw new GenaiError(`${where}: heads must divide the width ${width}, got ${heads}.`);
  const qkv = dense(width, 3 * width, { bias, initializer: perGate(initializer, 3) });
  const output = dense(width, width, { bias, initializer });
  return {
    init: (key) => {
      const [forQkv, forOutput] = split(key);
      return scope(() => ({ qkv: qkv.init(forQkv), output: output.init(forOutput) }));
    },
    apply: (params, x) =>
      scope(() => {
        expectShape(where, x, ['batch', 'time', width]);
        const projected = qkv.apply(params.qkv, x); // (batch, time, 3 · width)
        return output.apply(params.output, selfAttention(projected, { heads, causal }));
      }),
  };
}
