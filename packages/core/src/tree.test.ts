import { expect, test } from 'vitest';
import { disposeTree, GenaiError, isLeaf, leaves, mapLeaves, mapTrees, type TensorLike, type Tree } from './index.js';

test('known answers: dotted paths, objects as written and arrays by index', () => {
  const [weight, bias, scale] = [leaf(1), leaf(2), leaf(3)];
  const tree = { encoder: [{ weight, bias }, { scale }], empty: {} };
  expect(leaves<Leaf>(tree)).toEqual([
    ['encoder.0.weight', weight],
    ['encoder.0.bias', bias],
    ['encoder.1.scale', scale],
  ]);
  expect(leaves<Leaf>(weight)).toEqual([['', weight]]);
});

test('laws: mapLeaves keeps the form and leaves the tree as it was', () => {
  const tree = { a: [leaf(1), leaf(2)], b: { c: leaf(3) }, none: [] as Leaf[] };
  const paths: string[] = [];
  const made = mapLeaves<Leaf, typeof tree>(tree, (x, path) => {
    paths.push(path);
    return leaf(x.value * 10);
  });
  expect(paths).toEqual(['a.0', 'a.1', 'b.c']);
  expect(leaves<Leaf>(made).map(([, x]) => x.value)).toEqual([10, 20, 30]);
  expect(Array.isArray(made.a)).toBe(true);
  expect(made.none).toEqual([]);
  expect(leaves<Leaf>(tree).map(([, x]) => x.value)).toEqual([1, 2, 3]);
});

test('laws: mapTrees meets leaves by path, whatever the order of the names', () => {
  const made = mapTrees(
    (a: Leaf, b: Leaf) => leaf(a.value - b.value),
    { x: leaf(5), y: leaf(7) },
    { y: leaf(1), x: leaf(2) },
  );
  expect([made.x.value, made.y.value]).toEqual([3, 6]);
});

test('laws: disposeTree frees a shared leaf once', () => {
  const shared = leaf(1);
  const own = leaf(2);
  disposeTree({ a: shared, b: [shared, own] });
  expect([shared.disposed, own.disposed]).toEqual([1, 1]);
});

test('known answers: a leaf is what can be disposed', () => {
  expect(isLeaf(leaf(1))).toBe(true);
  for (const other of [null, undefined, 3, 'x', {}, [], { dispose: 1 }]) expect(isLeaf(other)).toBe(false);
});

test('errors: other forms and other things than tensors are named with their path', () => {
  const f = (x: Leaf): Leaf => x;
  expect(() => mapTrees(f, { x: leaf(1) }, { x: leaf(1), y: leaf(2) })).toThrow('tree 2 has 2 leaves, the first has 1');
  expect(() => mapTrees(f, { x: leaf(1) }, { z: leaf(1) })).toThrow('tree 2 has no leaf at "x"');
  const wrong = { a: [{ b: 3 }] } as unknown as Tree<Leaf>;
  expect(() => leaves(wrong)).toThrow(GenaiError);
  expect(() => leaves(wrong)).toThrow('a number at "a.0.b"');
  expect(() => leaves({ a: null } as unknown as Tree<Leaf>)).toThrow('null at "a"');
});

type Leaf = TensorLike & { readonly value: number; disposed: number };

function leaf(value: number): Leaf {
  return {
    shape: [],
    value,
    disposed: 0,
    dispose() {
      this.disposed++;
    },
  };
}
