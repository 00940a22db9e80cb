import { leaves, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { memory, scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { clipByGlobalNorm, clipByValue, type Stateless, type Transform } from './index.js';

type Pair = { a: number[]; b: number };

describe('clipByGlobalNorm', () => {
  test('a long gradient keeps its direction and gets the norm asked for', () => {
    const { a, b } = applied(clipByGlobalNorm(1), { a: [3, 0], b: -4 }); // norm 5 over both leaves
    expect(a[0]).toBeCloseTo(0.6, 6);
    expect(a[1]).toBe(0);
    expect(b).toBeCloseTo(-0.8, 6);
  });

  test('a short gradient is left as it is, and one of zeros is zero', () => {
    expect(applied(clipByGlobalNorm(5), { a: [3, 0], b: -4 })).toEqual({ a: [3, 0], b: -4 });
    expect(applied(clipByGlobalNorm(1), { a: [0, 0], b: 0 })).toEqual({ a: [0, 0], b: 0 });
  });

  test('a norm beyond float32 gives zeros; an infinite entry stays visible as NaN', () => {
    expect(applied(clipByGlobalNorm(1), { a: [3e20, 1], b: 0 })).toEqual({ a: [0, 0], b: 0 });
    expect(applied(clipByGlobalNorm(1), { a: [Number.POSITIVE_INFINITY, 1], b: 2 }).a[0]).toBeNaN();
    expect(applied(clipByGlobalNorm(1), { a: [Number.NaN, 1], b: 2 }).b).toBeNaN();
  });
});

test('clipByValue clips each entry', () => {
  expect(applied(clipByValue(0.5), { a: [3, -0.25], b: -4 })).toEqual({ a: [0.5, -0.25], b: -0.5 });
  expect(applied(clipByValue(0.5), { a: [Number.NaN, 0], b: 0 }).a[0]).toBeNaN();
});

test('a tree without tensors passes, and the input is left as it was', () => {
  for (const transform of [clipByGlobalNorm(1), clipByValue(1)]) {
    const step = scalar(0);
    expect(transform.update<Tree<Tensor>>({}, {}, {}, step)).toEqual({ grad: {}, state: {} });
    const grad = { a: tensor([3, 4]) };
    const before = memory().numTensors;
    const made = transform.update(grad, transform.init(grad), grad, step);
    expect(memory().numTensors - before).toBe(1);
    expect(Array.from(grad.a.dataSync())).toEqual([3, 4]);
    for (const tree of [made.grad, grad, { step }]) for (const [, leaf] of leaves<Tensor>(tree)) leaf.dispose();
  }
});

test('errors: the limit must be above 0', () => {
  expect(() => clipByGlobalNorm(0)).toThrow(/got 0/);
  expect(() => clipByValue(Number.NaN)).toThrow(/got NaN/);
});

function applied(transform: Transform<Stateless>, grad: Pair): Pair {
  const made = scope(() => {
    const tree = { a: tensor(grad.a), b: scalar(grad.b) };
    return transform.update(tree, transform.init(tree), tree, scalar(0)).grad;
  });
  const out = { a: Array.from(made.a.dataSync()), b: made.b.dataSync()[0]! };
  made.a.dispose();
  made.b.dispose();
  return out;
}
