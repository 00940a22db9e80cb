import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { add, matMul, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { scope } from '../scope.js';
import { linear } from './linear.js';

test('known answers: x · weight + bias by hand, for a vector and with any axes in front', () => {
  scope(() => {
    const weight = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const bias = tensor([10, 20, 30]);
    expectClose(linear(tensor([1, -1]), weight, bias), [7, 17, 27]);
    const y = linear(tensor([1, -1, 0, 2, 1, 0, 0, 0], [2, 1, 2, 2]), weight, bias);
    expect(y.shape).toEqual([2, 1, 2, 3]);
    expectClose(y, [7, 17, 27, 18, 30, 42, 11, 22, 33, 10, 20, 30]);
    expectClose(linear(tensor([1, -1]), weight), [-3, -3, -3]);
    expect(linear(zeros([0, 2]), weight, bias).shape).toEqual([0, 3]);
  });
});

test('parity: the numbers are to the bit those of matMul and add', () => {
  scope(() => {
    const [x, weight, bias] = [[7, 5], [5, 4], [4]].map((shape, i) => normalNoise(key(i), shape)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    expect(linear(x, weight, bias).dataSync()).toEqual(add(matMul(x, weight), bias).dataSync());
  });
});

test('errors: shapes that do not fit', () => {
  scope(() => {
    const weight = zeros([2, 3]);
    expect(() => linear(zeros([4, 3]), weight)).toThrow('linear: x: got shape [4, 3], expected […, 2].');
    expect(() => linear(zeros([4, 2]), zeros([2]))).toThrow(
      'linear: weight: got shape [2], expected [inputs, outputs].',
    );
    expect(() => linear(zeros([4, 2]), weight, zeros([2]))).toThrow('linear: bias: got shape [2], expected [3].');
  });
});
