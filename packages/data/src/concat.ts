import { disposeTree, GenaiError, mapTrees, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { concat as concatTensors, gather, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.js';
import { expectIndices } from './expect.js';

/**
 * Datasets one after another, as one. Their examples must have one form.
 *
 * @example
 * const all = concat(train, validation);
 * @throws GenaiError if no dataset is given; on reading, if the trees differ in form.
 */
export function concat<B extends Tree<Tensor>>(...parts: readonly Dataset<B>[]): Dataset<B> {
  if (parts.length === 0) throw new GenaiError('concat: there is nothing to join. Pass at least one dataset.');
  const starts = parts.map((_, p) => parts.slice(0, p).reduce((sum, part) => sum + part.length, 0));
  const length = starts.at(-1)! + parts.at(-1)!.length;
  return {
    length,
    read: (indices) => {
      expectIndices('concat', indices, length);
      const partOf = Array.from(indices, (index) => starts.findLastIndex((start) => start <= index));
      const only = partOf[0] ?? 0;
      if (partOf.every((p) => p === only)) return parts[only]!.read(indices.map((index) => index - starts[only]!));
      return readSeveral(parts, starts, indices, partOf);
    },
  };
}

async function readSeveral<B extends Tree<Tensor>>(
  parts: readonly Dataset<B>[],
  starts: readonly number[],
  indices: Uint32Array,
  partOf: readonly number[],
): Promise<B> {
  const places: number[] = []; // where in the result the i-th row of the joined groups belongs
  const groups: B[] = [];
  try {
    for (const p of new Set(partOf)) {
      const mine = [...indices.keys()].filter((i) => partOf[i] === p);
      places.push(...mine);
      groups.push(await parts[p]!.read(Uint32Array.from(mine, (i) => indices[i]! - starts[p]!)));
    }
    const order = new Int32Array(places.length);
    for (const [from, to] of places.entries()) order[to] = from;
    const [first, ...others] = groups as [B, ...B[]];
    return scope<unknown>(() =>
      mapTrees<Tensor, B>((...leaves) => gather(concatTensors(leaves, 0), tensor1d(order, 'int32')), first, ...others),
    ) as B;
  } finally {
    for (const group of groups) disposeTree(group);
  }
}
