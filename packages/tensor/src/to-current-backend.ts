import { leaves, mapLeaves, type Tree } from '@genai/core';
import { engine, type Tensor, tensor } from '@tensorflow/tfjs-core';

/**
 * The tree with its tensors on the engine that is current now; those that lived on another are read from it, made anew
 * and disposed. Leaves that are already there stay. If a read fails nothing was changed.
 *
 * @example
 * await useBackend('wasm');
 * state = await toCurrentBackend(state); // training goes on
 */
export async function toCurrentBackend<P extends Tree<Tensor>>(tree: P): Promise<P> {
  const { state, backend } = engine();
  const found = new Set(leaves<Tensor>(tree).map(([, leaf]) => leaf)); // a leaf may stand in two places
  const away = [...found].filter((leaf) => state.tensorInfo.get(leaf.dataId)?.backend !== backend);
  const values = await Promise.all(away.map((leaf) => leaf.data()));
  const moved = new Map(away.map((leaf, i) => [leaf, tensor(values[i]!, leaf.shape, leaf.dtype)]));
  for (const leaf of away) leaf.dispose();
  return mapLeaves<Tensor, P>(tree, (leaf) => moved.get(leaf) ?? leaf);
}
