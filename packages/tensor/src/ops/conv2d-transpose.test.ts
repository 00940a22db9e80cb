import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, ones, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scope } from '../scope.js';
import { conv2dTranspose } from './conv2d-transpose.js';

test('known answers: every pixel paints the filter, and what overlaps adds up', () => {
  const [x, filter] = [tensor4d([1, 10], [1, 1, 2, 1]), ones([1, 3, 1, 1])];
  const [valid, same] = [
    conv2dTranspose(x, filter, { padding: 'valid', strides: 2 }),
    conv2dTranspose(x, filter, { strides: 2 }),
  ];
  expectClose(valid, [1, 1, 11, 10, 10]);
  expect(valid.shape).toEqual([1, 1, 5, 1]);
  expect(same.shape).toEqual([1, 2, 4, 1]);
  dispose([x, filter, valid, same]);
});

test('known answers: the sizes of the docstring', () => {
  const [x, filter] = [zeros([1, 3, 5, 2]), zeros([4, 2, 6, 2])];
  const shapes = [
    { padding: 'same', strides: 2 },
    { padding: 'valid', strides: 2 },
    { padding: 1, strides: 2 },
    {},
  ] as const;
  expect(shapes.map((options) => scope(() => conv2dTranspose(x, filter, options).shape))).toEqual([
    [1, 6, 10, 6],
    [1, 8, 10, 6],
    [1, 6, 8, 6],
    [1, 3, 5, 6],
  ]);
  dispose([x, filter]);
});

test('errors: shapes and options that do not fit together', () => {
  const [x, filter] = [zeros([1, 1, 1, 2]), zeros([3, 3, 2, 5])];
  expect(() => conv2dTranspose(x, filter)).toThrow(GenaiError);
  expect(() => conv2dTranspose(x, filter)).toThrow(
    'filter: got shape [3, 3, 2, 5], expected [rows, columns, outputs, 2].',
  );
  const fitting = zeros([3, 3, 5, 2]);
  expect(() => conv2dTranspose(x, fitting, { padding: 2 })).toThrow('a padding of 2 leaves -1 × -1 pixels');
  expect(() => conv2dTranspose(x, fitting, { strides: 1.5 })).toThrow('strides must be an integer');
  dispose([x, filter, fitting]);
});
