import { expectClose } from '@genai/testing/expect-close';
import { add, dispose, mul, round, square, sub, sum, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { stopGradient } from './stop-gradient.js';

test('known answers: the same values, and no gradient through them', () => {
  const x = tensor1d([2, 3]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(mul(p.x, stopGradient(square(p.x)))) }), { x });
  expectClose(values.loss, 8 + 27);
  expectClose(grad.x, [4, 9]); // x² as a constant
  dispose([x, values.loss, grad.x]);
});

test('known answers: straight through a rounding', () => {
  const x = tensor1d([0.4, 1.6]);
  const { values, grad } = valueAndGrad(
    (p) => {
      const rounded = add(p.x, stopGradient(sub(round(p.x), p.x)));
      return { loss: sum(square(rounded)), rounded };
    },
    { x },
  );
  expectClose(values.rounded, [0, 2]);
  expectClose(grad.x, [0, 4]);
  dispose([x, values.loss, values.rounded, grad.x]);
});

test('the result outlives its source', () => {
  const x = tensor1d([1, 2]);
  const y = stopGradient(x);
  x.dispose();
  expect(Array.from(y.dataSync())).toEqual([1, 2]);
  y.dispose();
});
