import { GenaiError } from '@genai/core';
import { dispose, memory, mul, pow, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scope } from './scope.js';
import { valueAndGrad } from './value-and-grad.js';

test('known answers: the gradient of a·Σx³ at params, zeros for what is unused', () => {
  const params = { x: tensor1d([1, 2]), unused: tensor1d([5]) };
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(pow(p.x, 3)), twice: mul(sum(p.x), 2) }), params);
  expect(Array.from(grad.x.dataSync())).toEqual([3, 12]);
  expect(Array.from(grad.unused.dataSync())).toEqual([0]);
  expect(values.loss.dataSync()[0]).toBe(9);
  expect(values.twice.dataSync()[0]).toBe(6);
  dispose([params, values, grad] as never);
});

test('known answers: nested calls give second derivatives', () => {
  const x = tensor1d([2]);
  const second = scope(
    () =>
      valueAndGrad(
        (p: { x: Tensor }) => ({
          loss: sum(valueAndGrad((q: { x: Tensor }) => ({ loss: sum(pow(q.x, 3)) }), p).grad.x),
        }),
        { x },
      ).grad.x,
  );
  expect(second.dataSync()[0]).toBeCloseTo(12, 4);
  dispose([x, second]);
});

test('an error inside frees what the tape had saved, and a later call works', () => {
  const x = tensor1d([1, 2]);
  const before = memory().numTensors;
  expect(() => valueAndGrad((p: { x: Tensor }) => ({ loss: mul(p.x, p.x) }), { x })).toThrow(GenaiError);
  expect(memory().numTensors).toBe(before);
  const loss = scope(() => valueAndGrad((p: { x: Tensor }) => ({ loss: sum(p.x) }), { x }).values.loss);
  expect(loss.dataSync()[0]).toBe(3);
  loss.dispose();
  x.dispose();
});
