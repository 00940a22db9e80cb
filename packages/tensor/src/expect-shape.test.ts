import { GenaiError } from '@genai/core';
import { expect, expectTypeOf, test } from 'vitest';
import { expectShape } from './expect-shape.js';

test('known answers: the sizes, without those behind a leading …', () => {
  expect(expectShape('gru', { shape: [2, 3, 4] }, ['batch', 'time', 4])).toEqual([2, 3, 4]);
  expect(expectShape('dense', { shape: [2, 3, 4] }, ['…', 4])).toEqual([4]);
  expect(expectShape('dense', { shape: [4] }, ['…', 'width'])).toEqual([4]);
  expect(expectShape('scalar', { shape: [] }, [])).toEqual([]);
  expect(expectShape('anything', { shape: [2, 3] }, ['…'])).toEqual([]);
  expect(expectShape('square', { shape: [5, 2, 3, 3] }, ['…', 'size', 'size'])).toEqual([3, 3]);
});

test('types: one number for each entry', () => {
  const inputs: number = 4;
  expectTypeOf(expectShape('a', { shape: [2, 4] }, ['batch', inputs])).toEqualTypeOf<[number, number]>();
  expectTypeOf(expectShape('b', { shape: [2, 4] }, ['…', 'width'])).toEqualTypeOf<[number]>();
  expectTypeOf(expectShape('c', { shape: [2, 4] }, [2, 4] as number[])).toEqualTypeOf<number[]>();
});

test.each<[shape: number[], expected: (number | string)[], message: string]>([
  [[2, 3], ['batch', 4], 'layer: got shape [2, 3], expected [batch, 4].'],
  [[2], ['batch', 2], 'layer: got shape [2], expected [batch, 2].'],
  [[2, 3, 4], ['batch', 4], 'layer: got shape [2, 3, 4], expected [batch, 4].'],
  [[], ['…', 'width'], 'layer: got shape [], expected […, width].'],
  [[2, 3], ['size', 'size'], 'layer: got shape [2, 3], expected [size, size].'],
  [[1], [], 'layer: got shape [1], expected [].'],
])('errors: %j is not %j', (shape, expected, message) => {
  const attempt = () => expectShape('layer', { shape }, expected);
  expect(attempt).toThrow(GenaiError);
  expect(attempt).toThrow(message);
});
