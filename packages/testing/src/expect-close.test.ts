import { tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectClose } from './expect-close.js';

test('close numbers pass, in whatever form', () => {
  const x = tensor2d([[1, 2], [3, 4]]); // biome-ignore format: a matrix
  expectClose(x, x);
  expectClose(x, [[1, 2], [3, 4.00001]]); // biome-ignore format: a matrix
  expectClose(Float32Array.of(1, 2), [1, 2]);
  expectClose(3, 3.0000001);
  expectClose([100], [101], { relative: 0.01 });
  expectClose([0], [0.1], { absolute: 0.1 });
  expectClose([Number.NaN, Number.POSITIVE_INFINITY], [Number.NaN, Number.POSITIVE_INFINITY]);
  x.dispose();
});

test('the message counts what differs and shows the worst', () => {
  const x = tensor2d([[1, 2], [3, 5]]); // biome-ignore format: a matrix
  expect(() => expectClose(x, [1, 2.1, 3, 4], { absolute: 0.01, relative: 0 })).toThrow(
    'expectClose: 2 of 4 entries differ; the worst at [1, 1]: got 5, expected 4, difference 1.00, allowed 0.0100.',
  );
  x.dispose();
});

test.each<[actual: number[], expected: number[], message: string]>([
  [[1, 2], [1], 'got 2 entries, expected 1.'],
  [[1], [1.1], 'the worst at [0]: got 1, expected 1.1'],
  [[0, Number.NaN], [0, 0], 'the worst at [1]: got NaN, expected 0'],
  [[1], [Number.NaN], 'got 1, expected NaN'],
  [[1e30], [Number.POSITIVE_INFINITY], 'got 1e+30, expected Infinity'],
  [[Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY], 'got -Infinity, expected Infinity'],
  [[1, Number.NaN, Number.NaN], [9, 0, 0], '3 of 3 entries differ; the worst at [1]'],
])('%j is not %j', (actual, expected, message) => {
  expect(() => expectClose(actual, expected)).toThrow(message);
});

test('two tensors must have one shape', () => {
  const [x, y] = [tensor2d([[1, 2]]), tensor2d([[1], [2]])];
  expect(() => expectClose(x, y)).toThrow('expectClose: got shape [1, 2], expected [2, 1].');
  x.dispose();
  y.dispose();
});
