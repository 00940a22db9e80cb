import { expectClose } from '@genai/testing/expect-close';
import { dispose, sum, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { logSumExp } from './log-sum-exp.js';

test('known answers: over all, over an axis, with the axis kept', () => {
  const x = tensor2d([
    [0, 0],
    [Math.log(2), Math.log(6)],
  ]);
  const [all, columns, rows] = [logSumExp(x), logSumExp(x, 0), logSumExp(x, -1, true)];
  expectClose(all, Math.log(10));
  expectClose(columns, [Math.log(3), Math.log(7)]);
  expectClose(rows, [Math.log(2), Math.log(8)]);
  expect([all.shape, columns.shape, rows.shape]).toEqual([[], [2], [2, 1]]);
  dispose([x, all, columns, rows]);
});

test('known answers: no overflow, and −∞ is a probability of zero with a gradient of zero', () => {
  const x = tensor2d([
    [1e4, 1e4],
    [-1e4, -1e4],
    [Number.NEGATIVE_INFINITY, 3],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ]);
  const { values, grad } = valueAndGrad(
    (p) => {
      const y = logSumExp(p.x, -1);
      return { loss: sum(y), y };
    },
    { x },
  );
  expectClose(values.y, [1e4 + Math.LN2, -1e4 + Math.LN2, 3, Number.NEGATIVE_INFINITY]);
  // The sum of a row of weights at ±10⁴ is 1 to within the distance of neighbouring numbers at 10⁴.
  expectClose(grad.x, [0.5, 0.5, 0.5, 0.5, 0, 1, 0, 0], { absolute: 1e-3 });
  dispose([x, values.loss, values.y, grad.x]);
});
