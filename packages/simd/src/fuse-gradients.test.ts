import { relu, sigmoid, sum, type Tensor, tanh, tensor1d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { valueAndGrad } from '../../tensor/src/value-and-grad.js';
import { expectAsOnCpu, startSimd, stopSimd } from '../test/with-simd.js';
import { fuseGradients } from './fuse-gradients.js';

const points = [-30, -1.5, -0.2, 0, 0.3, 2, 40, Number.NaN];
const ops = { relu, sigmoid, tanh };

beforeAll(async () => {
  await startSimd();
  fuseGradients();
  fuseGradients();
});
afterAll(stopSimd);

test.each(Object.entries(ops))(
  'laws: the first and second derivative of %s are those of the cpu engine',
  async (_, f) => {
    const slope = (x: Tensor): Tensor => valueAndGrad((x: Tensor) => ({ loss: sum(f(x)) }), x).grad;
    await expectAsOnCpu(() => {
      const x = tensor1d(points);
      return [slope(x), valueAndGrad((x: Tensor) => ({ loss: sum(slope(x)) }), x).grad];
    });
  },
);
