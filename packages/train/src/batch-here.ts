import { leaves, mapLeaves, type Tree } from '@genai/core';
import { engine, type Tensor, tensor } from '@tensorflow/tfjs-core';

/**
 * The batch on the engine that is current now: itself, or a copy for the caller to free. Unlike `toCurrentBackend` of
 * `@genai/tensor` it leaves the batch alone, which belongs to its loader.
 */
export async function batchHere<B>(batch: B): Promise<B> {
  const { state, backend } = engine();
  const found = leaves<Tensor>(batch as Tree<Tensor>).map(([, leaf]) => leaf);
  const away = found.filter((leaf) => state.tensorInfo.get(leaf.dataId)?.backend !== backend);
  if (away.length === 0) return batch;
  const values = await Promise.all(away.map((leaf) => leaf.data()));
  const copies = new Map(away.map((leaf, i) => [leaf, tensor(values[i]!, leaf.shape, leaf.dtype)]));
  return mapLeaves<Tensor, Tree<Tensor>>(batch as Tree<Tensor>, (leaf) => copies.get(leaf) ?? leaf) as B;
}
