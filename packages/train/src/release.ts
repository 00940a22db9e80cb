import { leaves, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Frees what `old` holds and none of the `kept` trees does. */
export function release(old: Tree<Tensor>, ...kept: readonly Tree<Tensor>[]): void {
  const alive = new Set(kept.flatMap((tree) => leaves<Tensor>(tree).map(([, leaf]) => leaf)));
  for (const [, leaf] of leaves<Tensor>(old)) if (!alive.has(leaf)) leaf.dispose();
}
