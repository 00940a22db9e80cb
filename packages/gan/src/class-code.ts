import { type Layer, split, type Tree } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { concat, type Tensor } from '@tensorflow/tfjs-core';
import { initParts } from './init-parts.js';

export type ClassCodeParams<G, C = { readonly table: Tensor }> = { readonly context: C; readonly layer: G };

/**
 * A layer of codes to which what `context` makes of the context is appended: `{ x, context }`, x of shape (batch, latents).
 */
export function classCode<C extends Tree<Tensor>, G extends Tree<Tensor>>(
  context: Layer<Tensor, C>,
  layer: Layer<Tensor, G>,
): Layer<Tensor, ClassCodeParams<G, C>, Conditioned> {
  return {
    init: (key) => initParts<ClassCodeParams<G, C>>({ context, layer }, key),
    apply: (params, { x, context: c }, key) =>
      scope(() => {
        const keys = key && split(key);
        expectShape('classCode', x, ['batch', 'latents']);
        const vector = context.apply(params.context, c, keys?.[0]); // (batch, width)
        expectShape('classCode: the context', vector, [x.shape[0]!, 'width']);
        return layer.apply(params.layer, concat([x, vector], -1), keys?.[1]);
      }),
  };
}
