import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, ones, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scope } from '../scope.js';
import { conv2d } from './conv2d.js';

test('known answers: how many ones a filter of ones sees', () => {
  const [x, filter] = [ones([1, 3, 3, 1]), ones([3, 3, 1, 1])];
  const [same, valid, wide] = [
    conv2d(x, filter),
    conv2d(x, filter, { padding: 'valid' }),
    conv2d(x, filter, { padding: 2, strides: 2 }),
  ];
  expectClose(same, [4, 6, 4, 6, 9, 6, 4, 6, 4]);
  expectClose(valid, [9]);
  expectClose(wide, [1, 3, 1, 3, 9, 3, 1, 3, 1]);
  dispose([x, filter, same, valid, wide]);
});

// TensorFlow.js takes the height of the filter for its width where the padding is a number.
test('known answers: the size behind a filter that is not square', () => {
  const [x, filter] = [zeros([2, 6, 7, 2]), zeros([4, 1, 2, 3])];
  const shapes = [
    { padding: 'same' },
    { padding: 'same', strides: 2 },
    { padding: 'valid' },
    { padding: 1 },
    { padding: 1, dilation: 2 },
    { padding: 'same', dilation: 3 },
  ] as const;
  expect(shapes.map((options) => scope(() => conv2d(x, filter, options).shape))).toEqual([
    [2, 6, 7, 3],
    [2, 3, 4, 3],
    [2, 3, 7, 3],
    [2, 5, 9, 3],
    [2, 2, 9, 3],
    [2, 6, 7, 3],
  ]);
  dispose([x, filter]);
});

test('errors: shapes and options that do not fit together', () => {
  const [x, filter, other] = [zeros([1, 4, 4, 2]), zeros([5, 3, 2, 1]), zeros([3, 3, 1, 2])];
  expect(() => conv2d(x, other)).toThrow(GenaiError);
  expect(() => conv2d(x, other)).toThrow('filter: got shape [3, 3, 1, 2], expected [rows, columns, 2, outputs].');
  expect(() => conv2d(x, filter, { padding: 'valid' })).toThrow('a filter over 5 × 3 pixels does not fit into 4 × 4');
  expect(() => conv2d(x, filter, { strides: 0 })).toThrow('strides must be an integer of at least 1, got 0.');
  expect(() => conv2d(x, filter, { padding: 0.5 })).toThrow('padding must be an integer of at least 0, got 0.5.');
  expect(() => conv2d(x, filter, { strides: 2, dilation: 2 })).toThrow('One of them must be 1.');
  dispose([x, filter, other]);
});
