import { GenaiError, mapLeaves } from '@genai/core';
import type { ProjectionParams } from '@genai/nn';
import { scope } from '@genai/tensor';
import { add, clone, matMul, mul, pad, type Tensor } from '@tensorflow/tfjs-core';
import type { Transformer, TransformerParams } from '../transformer.js';
import { fullConfig } from '../transformer-config.js';
import { type AdaptableMap, columnsOf, mapAdaptable, pathOf } from './adaptable-map.js';
import { type Adapter, type Addition, additionsTo } from './adapter.js';

/**
 * Parameters of the same model with the adapters added to its weights, W + Σ scale · a · b, which cost no more than `base`. All tensors
 * are new and the caller's.
 *
 * @example
 * using whole = owned(merged(model, base, { params: adapters, scale: tuning.scale }));
 * const { config, tensors } = await toHuggingFace(model, whole);
 * @throws GenaiError that names the adapter that does not fit the model, or the weight that nothing can be added to: quantised ones, and
 * those with adapters beside them.
 * @source Hu et al. 2021, "LoRA: low-rank adaptation of large language models", section 4.1.
 */
export function merged(
  model: Transformer,
  base: TransformerParams,
  adapters: Adapter | readonly Adapter[],
): TransformerParams {
  return withSums('merged', model, base, adapters, 1);
}

/**
 * What was before {@link merged}, to rounding: W − Σ scale · a · b. All tensors are new and the caller's.
 *
 * @example
 * using base = owned(unmerged(model, whole, { params: adapters, scale: tuning.scale }));
 * @throws GenaiError as {@link merged}.
 */
export function unmerged(
  model: Transformer,
  whole: TransformerParams,
  adapters: Adapter | readonly Adapter[],
): TransformerParams {
  return withSums('unmerged', model, whole, adapters, -1);
}

function withSums(
  where: string,
  model: Transformer,
  params: TransformerParams,
  adapters: Adapter | readonly Adapter[],
  sign: number,
): TransformerParams {
  const full = fullConfig(model.config);
  const additions = additionsTo(where, full, adapters);
  return scope(() => {
    const sums = mapAdaptable(full, params, (projection, map) => summed(where, projection, map, additions(map), sign));
    return mapLeaves<Tensor, TransformerParams>(sums, (leaf) => clone(leaf));
  });
}

function summed(
  where: string,
  projection: ProjectionParams,
  map: AdaptableMap,
  additions: readonly Addition[],
  sign: number,
): ProjectionParams {
  if (additions.length === 0) return projection;
  if (!('weight' in projection)) {
    throw new GenaiError(
      `${where}: "${pathOf(map)}" has no weight of its own, but is quantised or has adapters beside it. ` +
        'Use `adapted`, or give the parameters before that.',
    );
  }
  const sum = additions.reduce<Tensor>((weight, { part, a, b, scale }) => {
    const { from, size, all } = columnsOf(map, part)!;
    const product = mul(matMul(a, b), sign * scale); // (inputs, size)
    return add(weight, pad(product, [[0, 0], [from, all - from - size]])); // (inputs, outputs)
  }, projection.weight); // biome-ignore format: one line
  return { ...projection, weight: sum };
}
