import {
  copyRegisteredKernels,
  engine,
  findBackendFactory,
  type KernelBackend,
  memory,
  registerBackend,
  removeBackend,
  scalar,
  setBackend,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { toCurrentBackend } from './to-current-backend.js';

// A second cpu engine stands for any other: what it holds lives apart from the first.
const OTHER = 'second-cpu';
beforeAll(() => {
  registerBackend(OTHER, () => findBackendFactory('cpu')() as KernelBackend, 0);
  copyRegisteredKernels('cpu', OTHER);
});
beforeEach(() => setBackend('cpu'));
afterAll(async () => {
  await setBackend('cpu');
  removeBackend(OTHER);
});

const home = (x: Tensor) => engine().state.tensorInfo.get(x.dataId)!.backend;

test('a tree moves to the engine that is current, with its shapes, dtypes and values', async () => {
  const tree = {
    weights: [tensor1d([1.5, -2]), scalar(3)],
    step: scalar(7, 'int32'),
    on: tensor1d([true, false], 'bool'),
  };
  const old = [...tree.weights, tree.step, tree.on];
  const tensors = memory().numTensors;
  await setBackend(OTHER);
  const moved = await toCurrentBackend(tree);
  const leaves = [...moved.weights, moved.step, moved.on];
  expect(memory().numTensors).toBe(tensors);
  expect(old.every((leaf) => leaf.isDisposed)).toBe(true);
  expect(leaves.every((leaf) => home(leaf) === engine().backend)).toBe(true);
  expect(leaves.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    old.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  expect(leaves.map((leaf) => Array.from(leaf.dataSync()))).toEqual([[1.5, -2], [3], [7], [1, 0]]);
  for (const leaf of leaves) leaf.dispose();
});

test('what already lives there stays, and a leaf in two places stays one', async () => {
  const shared = scalar(1);
  await setBackend(OTHER);
  const here = scalar(2);
  const moved = await toCurrentBackend({ a: shared, b: shared, here });
  expect(moved.here).toBe(here);
  expect(moved.a).toBe(moved.b);
  expect(moved.a).not.toBe(shared);
  for (const leaf of [moved.a, here]) leaf.dispose();
});

test('errors: where a leaf cannot be read nothing is changed', async () => {
  const good = scalar(1);
  const gone = scalar(2);
  gone.dispose();
  await setBackend(OTHER);
  const tensors = memory().numTensors;
  await expect(toCurrentBackend({ good, gone })).rejects.toThrow();
  expect(memory().numTensors).toBe(tensors);
  expect(good.isDisposed).toBe(false);
  good.dispose();
});
