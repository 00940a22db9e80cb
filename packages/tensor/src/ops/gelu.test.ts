import { expectClose } from '@genai/testing/expect-close';
import { dispose, sum, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { gelu } from './gelu.js';

// Φ(1) = 0.841344746…, Φ(2) = 0.977249868… (any table of the normal distribution)
test('known answers: x Φ(x)', () => {
  const x = tensor1d([-2, -1, 0, 1, 2]);
  const y = gelu(x);
  expectClose(y, [-0.045500264, -0.158655254, 0, 0.841344746, 1.954499736], { absolute: 1e-6 });
  dispose([x, y]);
});

test('known answers: the approximation is 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), also in the tails', () => {
  const points = [-1e4, -12, -4, -1, 0, 1, 4, 1e4];
  const x = tensor1d(points);
  const y = gelu(x, { approximate: true });
  // (1 + tanh u) / 2 = 1 / (1 + e^−2u), which float64 holds in the tail too
  const exact = points.map((p) => p / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (p + 0.044715 * p ** 3))));
  expectClose(y, exact, { absolute: 1e-30, relative: 1e-4 });
  dispose([x, y]);
});

test.each([true, false])('the gradient at ±10⁴ is 0 and 1 (approximate: %s)', (approximate) => {
  const x = tensor1d([-1e4, 1e4]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(gelu(p.x, { approximate })) }), { x });
  expectClose(grad.x, [0, 1]);
  expect(values.loss.dataSync()[0]).toBe(1e4);
  dispose([x, values.loss, grad.x]);
});
