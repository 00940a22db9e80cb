import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, scalar, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { gather } from './gather.js';

test('known answers: rows in the shape of the indices, and a gradient that counts them', () => {
  const table = tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const indices = tensor2d([2, 0, 2, 2], [2, 2], 'int32');
  const { values, grad } = valueAndGrad(
    (p) => {
      const rows = gather(p.table, indices);
      return { loss: sum(rows), rows };
    },
    { table },
  );
  expect(values.rows.shape).toEqual([2, 2, 2]);
  expectClose(values.rows, [5, 6, 1, 2, 5, 6, 5, 6]);
  expectClose(grad.table, [1, 1, 0, 0, 3, 3]);
  dispose([table, indices, values.loss, values.rows, grad.table]);
});

test('known answers: one index', () => {
  const [table, index] = [tensor1d([7, 8, 9]), scalar(1, 'int32')];
  const { values, grad } = valueAndGrad((p) => ({ loss: gather(p.table, index) }), { table });
  expectClose(values.loss, 8);
  expectClose(grad.table, [0, 1, 0]);
  dispose([table, index, values.loss, grad.table]);
});

test('errors: indices out of range or not whole, a table without rows', () => {
  const [table, high, low, real, single] = [
    zeros([3, 2]),
    tensor1d([0, 3], 'int32'),
    tensor1d([-1], 'int32'),
    tensor1d([1]),
    scalar(1),
  ];
  expect(() => gather(table, high)).toThrow(GenaiError);
  expect(() => gather(table, high)).toThrow('gather: index 3 is out of range, expected 0 to 2.');
  expect(() => gather(table, low)).toThrow('gather: index -1 is out of range, expected 0 to 2.');
  expect(() => gather(table, real)).toThrow("gather: indices are float32, expected int32. Use cast(indices, 'int32').");
  expect(() => gather(single, low)).toThrow('gather: the table is a scalar, expected shape [rows, …].');
  dispose([table, high, low, real, single]);
});
