import { expectClose } from '@genai/testing/expect-close';
import { dispose, sum, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { softCap } from './soft-cap.js';

test('known answers: cap · tanh(x / cap), and its slope 1 − tanh²', () => {
  const numbers = [-1e4, -20, -1, 0, 0.01, 3, 50];
  const x = tensor1d(numbers);
  const y = softCap(x, 10);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(softCap(p.x, 10)) }), { x });
  expectClose(
    y,
    numbers.map((v) => 10 * Math.tanh(v / 10)),
    { absolute: 3e-6 },
  );
  expectClose(
    grad.x,
    numbers.map((v) => 1 - Math.tanh(v / 10) ** 2),
    { absolute: 1e-6 },
  );
  dispose([x, y, values.loss, grad.x]);
});
