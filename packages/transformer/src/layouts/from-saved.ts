import { ggufPlaces } from '../gguf/gguf-places.js';
import { type WeightBits, weightBits } from '../quantised/weight-bits.js';
import type { TransformerParams } from '../transformer.js';
import { type FullConfig, fullConfig, type TransformerConfig } from '../transformer-config.js';
import type { NamedTensors } from './named-tensor.js';
import { paramsFrom } from './params-from.js';
import { leafShape, type Place } from './place.js';

/**
 * Parameters of `transformer(config)` that `save` of `@genai/checkpoint` kept, tensor by tensor. With `bits` the large weights are in 16, 8
 * or 4 bits, as `quantised` makes them; they are never all in float32, which `load` and a model to load into need twice. All
 * tensors are the caller's.
 *
 * @example
 * const small = await fromSaved(model.config, readTensors(directory('runs/gpt')), { bits: 8 });
 * @throws GenaiError that names file and tensor, if one is surplus, missing or of another shape, or has a weight too large for 16 bits,
 *   beyond 65504. No tensor is left over then.
 */
export async function fromSaved(
  config: TransformerConfig,
  tensors: NamedTensors,
  options: WeightBits = {},
): Promise<TransformerParams> {
  const bits = weightBits('fromSaved', options);
  return paramsFrom(tensors, { where: 'fromSaved', places: ownPlaces(fullConfig(config)), bits });
}

/** Each leaf by its own path and as it is; llama.cpp has a place for all of them but norms behind a sum. */
function ownPlaces(full: FullConfig): readonly Place[] {
  const shapes = new Map(ggufPlaces(full).map((place) => [place.path, leafShape(place)]));
  const own = Array.from(shapes, ([path, shape]): Place => ({ name: path, path, shape }));
  if (full.placement !== 'post') return own;
  const behind = own.filter(({ path }) => !path.startsWith('norm.'));
  return behind.map(({ path, shape }) => {
    const moved = path.replace('Norms.before.', 'Norms.after.');
    return { name: moved, path: moved, shape };
  });
}
