import { leaves, type Tree } from '@genai/core';
import { addN, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A scalar that is finite if every parameter of `state` is (and almost only then: a sum may overflow). One operation per
 * leaf and nothing read, so it can stand in every step. Undefined if there is nothing to watch.
 *
 * Parameters are the leaves below a `params`, or all leaves of a state without one; what `before` holds too is known to
 * be good.
 */
export function probe(state: Tree<Tensor>, before: Tree<Tensor>): Tensor | undefined {
  const known = new Set(leaves<Tensor>(before).map(([, leaf]) => leaf));
  const floats = leaves<Tensor>(state).filter(([, leaf]) => leaf.dtype === 'float32');
  const params = floats.filter(([path]) => path.split('.').includes('params'));
  const watched = (params.length > 0 ? params : floats).filter(([, leaf]) => !known.has(leaf));
  return watched.length > 0 ? addN(watched.map(([, leaf]) => sum(leaf))) : undefined;
}

/** True if a loss went wrong: the metric called `loss`, or any metric where none is called so. */
export function badLoss(metrics: { readonly [name: string]: number }): boolean {
  const losses = 'loss' in metrics ? [metrics.loss!] : Object.values(metrics);
  return losses.some((value) => !Number.isFinite(value));
}

/** Paths of the leaves that hold NaN or ±Infinity. Reads every leaf: for when something is known to be wrong. */
export async function notFinitePaths(tree: Tree<Tensor>): Promise<string[]> {
  const found: string[] = [];
  for (const [path, leaf] of leaves<Tensor>(tree)) {
    if (leaf.dtype !== 'float32') continue;
    const values = (await leaf.data()) as Float32Array;
    if (!values.every(Number.isFinite)) found.push(path);
  }
  return found;
}
