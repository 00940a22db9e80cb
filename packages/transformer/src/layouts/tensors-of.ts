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

/** A tensor to be written that is read from the parameters when it is asked for. */
export interface LazyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: () => Promise<Float32Array>;
}

/**
 * The tensors of a file, from parameters: what {@link paramsFrom} does, the other way. Read in their order, each leaf is read once, and
 * no more than one is held.
 *
 * @throws GenaiError if the parameters are not those of the places.
 */
export function tensorsOf(params: TransformerParams, places: readonly Place[], where: string): readonly LazyTensor[] {
  const held = new Map(leaves<Tensor>(params));
  const wanted = new Set(places.map(({ path }) => path));
  const surplus = [...held.keys()].find((path) => !wanted.has(path));
  if (surplus !== undefined) {
    throw new GenaiError(
      `${where}: the parameters have "${surplus}", which has no place in the files. Merge adapters first, or give the model they are of.`,
    );
  }
  let last: { readonly path: string; readonly data: Float32Array } | undefined;
  const dataOf = async (path: string, leaf: Tensor): Promise<Float32Array> => {
    if (last?.path !== path) last = { path, data: (await leaf.data()) as Float32Array }; // the parts of a leaf follow each other
    return last.data;
  };
  return places.map((place) => {
    const leaf = held.get(place.path);
    const expected = leafShape(place);
    if (!leaf || String(leaf.shape) !== String(expected)) {
      const got = leaf ? `[${leaf.shape.join(', ')}]` : 'nothing';
      throw new GenaiError(
        `${where}: the parameters have ${got} at "${place.path}", expected [${expected.join(', ')}]. Give the model they are of.`,
      );
    }
    const { name, shape, path } = place;
    return { name, shape, values: async () => take(place, await dataOf(path, leaf)) };
  });
}
