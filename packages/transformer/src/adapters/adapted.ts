import type { AdaptedParams, ProjectionParams } from '@genai/nn';
import { scope } from '@genai/tensor';
import { concat, mul, scalar } from '@tensorflow/tfjs-core';
import type { Transformer, TransformerParams } from '../transformer.js';
import { fullConfig } from '../transformer-config.js';
import { mapAdaptable } from './adaptable-map.js';
import { type Adapter, type Addition, additionsTo } from './adapter.js';

/**
 * Parameters of the same model with adapters beside its weights: x · W + Σ scale · x · a · b.
 *
 * The weights may be of any form that a projection computes with, quantised ones too; several adapters add up, also to those that
 * `base` has already. With `dropout`, a run with a key sees scale · dropped(x) · a · b, dropped anew for each part. The tensors are those
 * given, and new ones beside them, which are the caller's: best called inside `scope`.
 *
 * @example
 * using made = owned(scope(() => {
 *   const params = adapted(model, base, [{ params: poet, scale: 0.7 * tuning.scale }, { params: sailor, scale: 0.3 * tuning.scale }]);
 *   return { logits: model.run(params, tokens, model.start(params, 1)).next.logits };
 * }));
 * @throws GenaiError that names the adapter that does not fit the model, or a dropout out of range.
 * @source Hu et al. 2021, "LoRA: low-rank adaptation of large language models", eq. 3; Dettmers et al. 2023, "QLoRA", eq. 5.
 */
export function adapted(
  model: Transformer,
  base: TransformerParams,
  adapters: Adapter | readonly Adapter[],
): TransformerParams {
  const full = fullConfig(model.config);
  const additions = additionsTo('adapted', full, adapters);
  return scope(() => mapAdaptable(full, base, (projection, map) => besides(projection, additions(map))));
}

type Beside = AdaptedParams['adapters'][string];

function besides(projection: ProjectionParams, additions: readonly Addition[]): ProjectionParams {
  if (additions.length === 0) return projection;
  const plain = 'base' in projection ? projection.base : projection;
  const before: AdaptedParams['adapters'] = 'base' in projection ? projection.adapters : {};
  const parts: { [part: string]: Beside } = { ...before };
  for (const { part, a, b, scale, dropout } of additions) {
    const scaled = { a, b: mul(b, scale), ...(dropout > 0 && { rate: scalar(dropout) }) };
    const earlier = parts[part];
    parts[part] = earlier ? beside(earlier, scaled) : scaled;
  }
  return { base: plain, adapters: parts };
}

/** Two adapters as one, of as many columns and rows as both have: [a₁ a₂] · [b₁; b₂] = a₁ · b₁ + a₂ · b₂. One that drops stays apart. */
function beside(one: Beside, other: Beside): Beside {
  if (one.rate || other.rate) return { ...other, also: one };
  return { ...one, a: concat([one.a, other.a], 1), b: concat([one.b, other.b], 0) };
}
