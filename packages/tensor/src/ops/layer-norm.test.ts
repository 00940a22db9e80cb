import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, ones, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { layerNorm } from './layer-norm.js';

test('known answers: mean 0, variance 1, then scale and shift; zeros where all entries are equal', () => {
  const x = tensor2d([
    [1, 3],
    [9e3, 1e4],
    [7, 7],
  ]);
  const [scale, shift] = [tensor1d([2, 1]), ones([2])];
  const y = layerNorm(x, scale, shift);
  expectClose(y, [-1, 2, -1, 2, 1, 1], { absolute: 1e-4 });
  dispose([x, scale, shift, y]);
});

test('known answers: epsilon 0.25 beside a variance of 1', () => {
  const [x, scale, shift] = [tensor2d([[-1, 1]]), ones([2]), zeros([2])];
  const y = layerNorm(x, scale, shift, { epsilon: 0.25 });
  expectClose(y, [-1 / Math.sqrt(1.25), 1 / Math.sqrt(1.25)]);
  dispose([x, scale, shift, y]);
});

test('the gradient at entries of 10⁴ is finite', () => {
  const params = { x: tensor2d([[1e4, -1e4, 5e3]]), scale: ones([3]), shift: zeros([3]) };
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(layerNorm(p.x, p.scale, p.shift)) }), params);
  // The outputs of a row always add up to zero, whatever x is.
  expectClose(grad.x, [0, 0, 0]);
  expectClose(grad.shift, [1, 1, 1]);
  dispose([params, values, grad] as never);
});

test('errors: scale and shift must have the width', () => {
  const [x, good, bad] = [zeros([2, 3]), zeros([3]), zeros([2])];
  expect(() => layerNorm(x, bad, good)).toThrow(GenaiError);
  expect(() => layerNorm(x, bad, good)).toThrow('layerNorm: scale: got shape [2], expected [3].');
  expect(() => layerNorm(x, good, bad)).toThrow('layerNorm: shift: got shape [2], expected [3].');
  dispose([x, good, bad]);
});
