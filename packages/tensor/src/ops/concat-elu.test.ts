import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, mul, range, reshape, scalar, sum, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { concatElu } from './concat-elu.js';

// torch 1.13, float64: y = torch.cat([F.elu(x), F.elu(-x)], 1); (y * torch.arange(1, 17).reshape(2, 8)).sum().backward()
test('goldens: values and gradient of PyTorch', () => {
  const x = tensor2d([-20, -1.5, -0.25, 0, 1e-3, 0.75, 2, 30], [2, 4]);
  const { values, grad } = valueAndGrad((x: Tensor) => {
    const y = concatElu(x); // (2, 8)
    return { loss: sum(mul(y, reshape(range(1, 17), [2, 8]))), y };
  }, x);
  const first = [-1, -0.77686984, -0.22119922, 0, 20, 1.5, 0.25, 0];
  const second = [0.001, 0.75, 2, 30, -0.00099950017, -0.52763345, -0.86466472, -1];
  expectClose(values.y, [...first, ...second]);
  expect(values.y.shape).toEqual([2, 8]);
  expectClose(grad, [-5, -5.5537397, -4.6635977, -4, -3.9870065, 3.3868683, 8.9699708, 12]);
  dispose([x, values.loss, values.y, grad]);
});

test('errors: a scalar', () => {
  expect(() => tidy(() => concatElu(scalar(1)))).toThrow(GenaiError);
  expect(() => tidy(() => concatElu(scalar(1)))).toThrow('concatElu: x must have at least one axis');
});
