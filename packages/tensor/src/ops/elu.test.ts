import { expectClose } from '@genai/testing/expect-close';
import { dispose, sum, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { elu } from './elu.js';

test('known answers: eˣ − 1 below 0, and a gradient without an overflow far above', () => {
  const x = tensor1d([-1e4, -1, 0, 2, 1e4]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(elu(p.x)), y: elu(p.x) }), { x });
  expectClose(values.y, [-1, Math.expm1(-1), 0, 2, 1e4]);
  expectClose(grad.x, [0, Math.exp(-1), 1, 1, 1]);
  dispose([x, values.loss, values.y, grad.x]);
});
