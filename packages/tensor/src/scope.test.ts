import { leaves, type Tree } from '@genai/core';
import { add, memory, mul, type Scalar, scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, expectTypeOf, test } from 'vitest';
import { owned, scope } from './scope.js';

test('scope frees what was made inside, but not its result, and not what was there', () => {
  const x = tensor1d([1, 2]);
  const before = memory().numTensors;
  const y = scope(() => ({ sum: add(mul(x, 2), 1), list: [scalar(3)] }));
  expect(memory().numTensors).toBe(before + 2);
  expect(Array.from(y.sum.dataSync())).toEqual([3, 5]);
  expect(x.isDisposed).toBe(false);
  for (const tensor of [x, y.sum, ...y.list]) tensor.dispose();
});

test('scope frees what was made inside when it throws', () => {
  const before = memory().numTensors;
  const failing = (): number => {
    scalar(1);
    throw new Error('on purpose');
  };
  expect(() => scope(failing)).toThrow('on purpose');
  expect(memory().numTensors).toBe(before);
});

test('scope gives back what is not a tensor, and nests', () => {
  expect(scope(() => 5)).toBe(5);
  const y = scope(() => scope(() => add(scalar(1), 2)));
  expect(y.dataSync()[0]).toBe(3);
  y.dispose();
});

test('types: scope cannot hold a promise', () => {
  const never = () => {
    // @ts-expect-error: its tensors would be freed before it settles
    scope(async () => scalar(1));
    // @ts-expect-error: nor a value that may be one
    scope((): Tensor | Promise<Tensor> => scalar(1));
  };
  expect(never).toBeTypeOf('function'); // the compiler has done the checking
});

test('types: scope keeps the type of its result, also a type parameter', () => {
  const within = <P extends Tree<Tensor>>(make: () => P): P => scope(make);
  const pair = scope(() => within(() => ({ x: scalar(1), rest: [scalar(2)] })));
  expectTypeOf(pair).toEqualTypeOf<{ x: Scalar; rest: Scalar[] }>();
  const perhaps = scope(() => (pair.rest.length > 1 ? scalar(1) : undefined));
  expectTypeOf(perhaps).toEqualTypeOf<Scalar | undefined>();
  expectTypeOf(scope(() => {})).toEqualTypeOf<void>();
  expect(perhaps).toBeUndefined();
  for (const tensor of [pair.x, ...pair.rest]) tensor.dispose();
});

test('owned frees every leaf at the end of the block', () => {
  const before = memory().numTensors;
  {
    using params = owned({ layers: [{ weight: scalar(1) }], bias: scalar(2) });
    expect(leaves<Tensor>(params).map(([path]) => path)).toEqual(['layers.0.weight', 'bias']);
    expect(memory().numTensors).toBe(before + 2);
  }
  expect(memory().numTensors).toBe(before);
});

test('owned frees when the block throws, and one leaf in two places once', () => {
  const before = memory().numTensors;
  const failing = () => {
    const shared = scalar(1);
    using tree = owned({ a: shared, b: shared });
    throw new Error(`on purpose, with ${leaves<Tensor>(tree).length} leaves`);
  };
  expect(failing).toThrow('on purpose, with 2 leaves');
  expect(memory().numTensors).toBe(before);
});

test('owned holds a single tensor, and may be given twice', () => {
  const before = memory().numTensors;
  {
    using x = owned(owned(scalar(1)));
    expect(x.dataSync()[0]).toBe(1);
  }
  expect(memory().numTensors).toBe(before);
});
