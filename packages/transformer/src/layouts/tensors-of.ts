import { GenaiError, leaves } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TransformerParams } from '../transformer.js';
import { leafShape, type Place, take } from './place.js';

/** A tensor to be written, as `saveTensors` and `encodeSafetensors` of `@genai/checkpoint` take it. */
export interface FloatTensor {
  readonly dtype: 'F32';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The tensors of a file, from parameters: what {@link paramsFrom} does, the other way.
 *
 * @throws GenaiError if the parameters are not those of the places.
 */
export async function tensorsOf(
  params: TransformerParams,
  places: readonly Place[],
  where: string,
): Promise<Map<string, FloatTensor>> {
  const held = new Map(leaves<Tensor>(params));
  const wanted = new Set(places.map(({ path }) => path));
  const surplus = [...held.keys()].find((path) => !wanted.has(path));
  if (surplus !== undefined) {
    throw new GenaiError(
      `${where}: the parameters have "${surplus}", which has no place in the files. Merge adapters first, or give the model they are of.`,
    );
  }
  const read = new Map<string, Float32Array>();
  const tensors = new Map<string, FloatTensor>();
  for (const place of places) {
    const leaf = held.get(place.path);
    const expected = leafShape(place);
    if (!leaf || String(leaf.shape) !== String(expected)) {
      const got = leaf ? `[${leaf.shape.join(', ')}]` : 'nothing';
      throw new GenaiError(
        `${where}: the parameters have ${got} at "${place.path}", expected [${expected.join(', ')}]. Give the model they are of.`,
      );
    }
    if (!read.has(place.path)) {
      read.clear(); // the parts of a leaf follow each other
      read.set(place.path, (await leaf.data()) as Float32Array);
    }
    tensors.set(place.name, { dtype: 'F32', shape: place.shape, data: take(place, read.get(place.path)!) });
  }
  return tensors;
}
