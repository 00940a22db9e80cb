import { avgPool, grad, maxPool, mul, sum, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

beforeEach(async () => void (await startSimd({ threads: 2 })));
afterEach(stopSimd);

type Case = readonly [
  shape: readonly [number, number, number, number],
  window: number | [number, number],
  step: number | [number, number],
  pad: 'valid' | 'same' | number,
];

const CASES: readonly Case[] = [
  [[2, 6, 6, 5], 2, 2, 'valid'],
  [[2, 7, 5, 4], 3, 2, 'same'],
  [[1, 8, 9, 17], [3, 2], [1, 2], 1],
  [[3, 5, 5, 1], 3, 1, 'same'],
  [[1, 4, 4, 130], 2, 1, 'valid'],
  [[2, 3, 3, 8], 1, 1, 'valid'],
  [[2, 4, 4, 3], 1, 2, 'valid'],
  [[0, 4, 4, 3], 2, 2, 'valid'],
  [[16, 28, 28, 9], 2, 2, 'valid'],
];

test.each(CASES)(
  'laws: pooling of %j, window %j, step %j, padding %s, is as on the cpu engine',
  async (shape, window, step, pad) => {
    for (const pool of [maxPool, avgPool]) {
      await expectAsOnCpu(() => pool(wavy(shape), window, step, pad), SUMS);
      const pulled = (x: Tensor): Tensor => {
        const y = pool(x as Tensor4D, window, step, pad);
        return sum(mul(y, wavy(y.shape)));
      };
      await expectAsOnCpu(() => grad(pulled)(wavy(shape)), SUMS);
    }
  },
);

test('edge: a NaN is never the largest, and no gradient goes to it', async () => {
  const x = (): Tensor4D => tensor([Number.NaN, 1, 2, Number.NaN, 3, 3, Number.NaN, Number.NaN], [1, 4, 2, 1]);
  await expectAsOnCpu(() => maxPool(x(), 2, 2, 'valid'));
  await expectAsOnCpu(() => grad((v: Tensor) => maxPool(v as Tensor4D, 2, 2, 'valid'))(x()));
  await expectAsOnCpu(() => avgPool(x(), 2, 2, 'valid'));
});

const SUMS = { floor: 0.1 }; // sums of numbers that cancel

/** Numbers without order, some of them equal. */
function wavy(shape: readonly number[]): Tensor4D {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: count }, (_, i) => Math.round(8 * Math.sin(i * 1.7)) / 4);
  return tensor(values, shape as [number, number, number, number]);
}
