import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, mul, range, reshape, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { gatedSigmoid } from './gated-sigmoid.js';

// torch 1.13, float64: y = F.glu(x, 1); (y * torch.arange(1, 5).reshape(2, 2)).sum().backward()
test('goldens: values and gradient of PyTorch', () => {
  const x = tensor2d([-20, -1.5, 0.5, 3, 1e-3, -30, 2, 0.25], [2, 4]);
  const { values, grad } = valueAndGrad((x: Tensor) => {
    const y = gatedSigmoid(x); // (2, 2)
    return { loss: sum(mul(y, reshape(range(1, 5), [2, 2]))), y };
  }, x);
  expectClose(values.y, [-12.449187, -1.4288612, 0.00088079708, -16.865295]);
  expect(values.y.shape).toEqual([2, 2]);
  const first = [0.62245933, 1.9051483, -4.7000742, -0.13552998];
  expectClose(grad, [...first, 2.6423912, 2.248706, 0.00031498076, -29.53609]);
  dispose([x, values.loss, values.y, grad]);
});

test('errors: an odd number of channels', () => {
  const x = zeros([2, 3]);
  expect(() => gatedSigmoid(x)).toThrow(GenaiError);
  expect(() => gatedSigmoid(x)).toThrow('[2, 3]');
  x.dispose();
});
