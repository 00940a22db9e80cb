import { expectClose } from '@genai/testing/expect-close';
import { dispose, mul, sum, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { logSigmoid } from './log-sigmoid.js';

test('known answers: finite where the sigmoid is 0, tiny where it is 1', () => {
  const points = [-1e4, -100, -5, 0, 5, 20];
  const x = tensor1d(points);
  const y = logSigmoid(x);
  const exact = points.map((p) => Math.min(p, 0) - Math.log1p(Math.exp(-Math.abs(p))));
  expectClose(y, exact, { absolute: 0, relative: 1e-5 });
  dispose([x, y]);
});

// TensorFlow.js's own throws here: it reads its input after the tape has freed it.
test('known answers: the gradient at something that was computed', () => {
  const x = tensor1d([-50, 0, 50]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(logSigmoid(mul(p.x, 2))) }), { x });
  expectClose(grad.x, [2, 1, 0]);
  dispose([x, values.loss, grad.x]);
});
