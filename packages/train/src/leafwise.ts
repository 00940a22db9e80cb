import { GenaiError, leaves, mapLeaves, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `f` once for each leaf of `first`, with the leaves at that place in `others`, and gives the trees of its results:
 * `leafwise(f, params, grad)(0)` is the tree of first results, `(1)` of second ones.
 *
 * One walk makes all new trees of an optimizer, so that the update of a leaf is one function.
 *
 * @throws GenaiError if the trees do not have the same paths.
 */
export function leafwise<P extends Tree<Tensor>>(
  f: (path: string, leaf: Tensor, ...others: Tensor[]) => readonly Tensor[],
  first: P,
  ...others: readonly Tree<Tensor>[]
): (result: number) => P {
  const columns = others.map((tree) => leaves<Tensor>(tree));
  const rows = leaves<Tensor>(first as Tree<Tensor>).map(([path, leaf], i) => {
    const row = columns.map((column) => {
      // Trees made from one another list their leaves alike; one that was written by hand may not.
      const found = column[i]?.[0] === path ? column[i] : column.find(([other]) => other === path);
      if (!found) throw new GenaiError(`optimizer: no leaf at "${path}" in one of the trees. Pass trees of one form.`);
      return found[1];
    });
    return f(path, leaf, ...row);
  });
  return (result) => {
    let i = 0;
    return mapLeaves<Tensor, P>(first, () => rows[i++]![result]!);
  };
}
