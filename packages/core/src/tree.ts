import { GenaiError } from './error.js';
import type { TensorLike } from './tensor-like.js';

/**
 * Nested plain objects and arrays with tensors at the leaves: how parameters and training states are written.
 *
 * Declare yours with `type`, not `interface`: only a type alias has the implicit index signature a tree needs.
 */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/**
 * The leaves of a tree with their dotted paths, in a stable order: as written for objects, by index for arrays.
 *
 * @example
 * leaves({ encoder: [{ weight, bias }] }); // [['encoder.0.weight', weight], ['encoder.0.bias', bias]]
 * @throws GenaiError if the tree holds anything but plain objects, arrays and tensors.
 */
export function leaves<T extends TensorLike>(tree: Tree<T>): [path: string, leaf: T][] {
  const found: [string, T][] = [];
  visit(tree, '', (leaf, path) => found.push([path, leaf]));
  return found;
}

/** A tree of the same form, each leaf replaced by `f(leaf, path)`. */
export function mapLeaves<T extends TensorLike, P extends Tree<T>>(tree: P, f: (leaf: T, path: string) => T): P {
  return rebuild(tree as Tree<T>, '', f) as P;
}

/**
 * A tree of the same form as the first, each leaf made from the leaves at that place in all of them.
 *
 * @example
 * mapTrees((p, g) => sub(p, mul(g, 0.1)), params, grad);
 * @throws GenaiError if the trees do not have the same paths.
 */
export function mapTrees<T extends TensorLike, P extends Tree<T>>(
  f: (...leaves: T[]) => T,
  first: P,
  ...others: readonly Tree<T>[]
): P {
  const columns = others.map((tree) => new Map(leaves<T>(tree)));
  const size = leaves<T>(first as Tree<T>).length;
  for (const [i, column] of columns.entries()) {
    if (column.size !== size) {
      throw new GenaiError(
        `mapTrees: tree ${i + 2} has ${column.size} leaves, the first has ${size}. Pass trees of one form.`,
      );
    }
  }
  return mapLeaves<T, P>(first, (leaf, path) => {
    const row = columns.map((column, i) => {
      const other = column.get(path);
      if (other === undefined) {
        throw new GenaiError(`mapTrees: tree ${i + 2} has no leaf at "${path}". Pass trees of one form.`);
      }
      return other;
    });
    return f(leaf, ...row);
  });
}

/** Disposes every leaf. A leaf that stands in two places is disposed once. */
export function disposeTree(tree: Tree<TensorLike>): void {
  for (const leaf of new Set(leaves(tree).map(([, tensor]) => tensor))) leaf.dispose();
}

/** True for a tensor, false for the objects and arrays above it. */
export function isLeaf(node: unknown): node is TensorLike {
  return typeof node === 'object' && node !== null && typeof (node as TensorLike).dispose === 'function';
}

function visit<T extends TensorLike>(node: Tree<T>, path: string, f: (leaf: T, path: string) => void): void {
  if (isLeaf(node)) f(node as T, path);
  else for (const [name, child] of children(node as Tree<T>, path)) visit(child, join(path, name), f);
}

function rebuild<T extends TensorLike>(node: Tree<T>, path: string, f: (leaf: T, path: string) => T): Tree<T> {
  if (isLeaf(node)) return f(node as T, path);
  const made = children(node as Tree<T>, path).map(
    ([name, child]) => [name, rebuild(child, join(path, name), f)] as const,
  );
  return Array.isArray(node) ? made.map(([, child]) => child) : Object.fromEntries(made);
}

function children<T>(node: Tree<T>, path: string): [string, Tree<T>][] {
  if (Array.isArray(node)) return node.map((child, i) => [String(i), child as Tree<T>]);
  if (typeof node === 'object' && node !== null) return Object.entries(node as { [name: string]: Tree<T> });
  throw new GenaiError(
    `A tree holds ${node === null ? 'null' : `a ${typeof node}`} at "${path}". Its leaves must be tensors.`,
  );
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
