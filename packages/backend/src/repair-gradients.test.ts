import { expectClose } from '@genai/testing/expect-close';
import {
  avgPool,
  cumsum,
  getGradient,
  grad,
  grads,
  maximum,
  mul,
  sum,
  type Tensor,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { registerGradients } from './register-gradients.js';

test('laws: registering twice changes nothing', async () => {
  await registerGradients();
  const first = getGradient('AvgPool');
  await registerGradients();
  expect(getGradient('AvgPool')).toBe(first);
});

test('known answers: maximum with a broadcast input', async () => {
  await registerGradients();
  const inputs = [tensor([1, 5, 3, 0], [2, 2]), tensor1d([2, 2])];
  const slopes = grads((a: Tensor, b: Tensor) => sum(maximum(a, b)))(inputs);
  expectClose(slopes[0]!, [0, 1, 1, 0]);
  expectClose(slopes[1]!, [1, 1]);
  for (const tensor of [...inputs, ...slopes]) tensor.dispose();
});

test('known answers: cumsum along the first axis', async () => {
  await registerGradients();
  const [x, w] = [tensor([1, 2, 3, 4, 5, 6], [3, 2]), tensor([1, 10, 2, 20, 3, 30], [3, 2])];
  const slope = grad((x: Tensor) => sum(mul(cumsum(x, 0), w)))(x);
  expectClose(slope, [6, 60, 5, 50, 3, 30]); // the sum of the weights from there on
  for (const tensor of [x, w, slope]) tensor.dispose();
});

test('known answers: avgPool at the border divides by what lies inside', async () => {
  await registerGradients();
  const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
  // Every 3×3 window holds all four numbers, of which it takes the mean: four windows, a quarter each.
  const slope = grad((x: Tensor) => sum(avgPool(x as never, 3, 1, 'same')))(x);
  expectClose(slope, [1, 1, 1, 1]);
  for (const tensor of [x, slope]) tensor.dispose();
});
