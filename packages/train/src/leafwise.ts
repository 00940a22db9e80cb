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
  const columns = columnsOf(first, ...others);
  const rows = leaves<Tensor>(first as Tree<Tensor>).map(([path, leaf], i) =>
    f(path, leaf, ...columns.slice(1).map((column) => column[i]!)),
  );
  return (result) =>
    treeOf(
      first,
      rows.map((row) => row[result]!),
    );
}

/**
 * The leaves of `first`, then for each of `others` its leaves at the same places.
 *
 * @throws GenaiError if the trees do not have the same paths.
 */
export function columnsOf(first: Tree<Tensor>, ...others: readonly Tree<Tensor>[]): Tensor[][] {
  const paths = leaves<Tensor>(first);
  const columns = others.map((tree) => {
    const column = leaves<Tensor>(tree);
    return paths.map(([path], i) => {
      // Trees made from one another list their leaves alike; one that was written by hand may not.
      const found = column[i]?.[0] === path ? column[i] : column.find(([other]) => other === path);
      if (!found) throw new GenaiError(`optimizer: no leaf at "${path}" in one of the trees. Pass trees of one form.`);
      return found[1];
    });
  });
  return [paths.map(([, leaf]) => leaf), ...columns];
}

/** A tree of the form of `form`, with these leaves in its order. */
export function treeOf<P extends Tree<Tensor>>(form: P, values: readonly Tensor[]): P {
  let i = 0;
  return mapLeaves<Tensor, P>(form, () => values[i++]!);
}
