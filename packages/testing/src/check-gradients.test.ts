import { key } from '@genai/core';
import {
  customGrad,
  dispose,
  engine,
  gather,
  matMul,
  memory,
  mul,
  square,
  type Tensor,
  tensor1d,
  tensor2d,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkGradients, type ValueAndGrad } from './check-gradients.js';

// TensorFlow.js's own second derivatives are right for what keeps its inputs only, as the product here.
const valueAndGrad: ValueAndGrad = (f, xs) => {
  const { grads } = engine().gradients(() => f(xs).loss, xs, undefined, true);
  return { grad: xs.map((x, i) => grads[i] ?? zerosLike(x)) };
};

/** x³ with a gradient of `factor` · 3x², differentiable or not. */
const cube =
  (factor: number, differentiable = true) =>
  (x: Tensor) =>
    customGrad((y: unknown, save: unknown) => {
      const constant = square(y as Tensor);
      (save as (xs: Tensor[]) => void)([y as Tensor, constant]);
      return {
        value: mul(y as Tensor, constant),
        gradFunc: (dy: Tensor, [saved, kept]: Tensor[]) =>
          mul(dy, mul(differentiable ? square(saved!) : kept!, 3 * factor)),
      };
    })(x);

const points = () => tensor1d([0.5, -1.2, 2, 0.9]);

test('right derivatives pass, at every input that is float32', async () => {
  const x = tensor2d([1, 2, -1], [1, 3]);
  const w = tensor2d([1, 2, 0, 1, 3, -2], [3, 2]);
  const i = tensor1d([2, 0, 0], 'int32');
  const f = (x: Tensor, w: Tensor, i: Tensor) => square(matMul(x, gather(w, i as Tensor<never>)));
  await checkGradients(f, [x, w, i]);
  await checkGradients((x, w) => square(matMul(x, w)), [x, w], { order: 2, valueAndGrad });
  dispose([x, w, i]);
});

test.each([1.01, 0.99, 0, -1])('a gradient that is %s times what it should be fails', async (factor) => {
  const x = points();
  await checkGradients(cube(1), [x]);
  await expect(checkGradients(cube(factor), [x])).rejects.toThrow(/derivative 1 at input 0, shape \[4\]/);
  x.dispose();
});

test('a wrong second derivative fails though the first is right, and order 1 does not look', async () => {
  const x = points();
  await checkGradients(cube(1), [x], { order: 2, valueAndGrad });
  await checkGradients(cube(1, false), [x]);
  await expect(checkGradients(cube(1, false), [x], { order: 2, valueAndGrad })).rejects.toThrow(
    /derivative 2 at input 0/,
  );
  x.dispose();
});

test('the input that is wrong is named', async () => {
  const [x, y] = [points(), points()];
  const f = (x: Tensor, y: Tensor) => mul(cube(1)(x), cube(1.1)(y));
  await expect(checkGradients(f, [x, y])).rejects.toThrow(/at input 1/);
  dispose([x, y]);
});

test('a gradient that is small beside the other inputs is still seen', async () => {
  const [large, small] = [tensor1d([1e3]), tensor1d([1e-2])];
  const f = (x: Tensor, y: Tensor) => mul(x, cube(2)(y));
  await expect(checkGradients(f, [large, small], { epsilon: 1e-3 })).rejects.toThrow(/at input 1/);
  dispose([large, small]);
});

test('another key draws other directions, and nothing is left behind by a check that fails', async () => {
  const x = points();
  const before = memory().numTensors;
  const messages = await Promise.all(
    [0, 1].map((seed) => checkGradients(cube(2), [x], { key: key(seed) }).catch((error: Error) => error.message)),
  );
  expect(messages[0]).not.toBe(messages[1]);
  expect(memory().numTensors).toBe(before);
  x.dispose();
});

test('errors: order 2 without a valueAndGrad that can', async () => {
  const x = points();
  await expect(checkGradients(square, [x], { order: 2 })).rejects.toThrow(/Pass that of @genai\/tensor/);
  x.dispose();
});
