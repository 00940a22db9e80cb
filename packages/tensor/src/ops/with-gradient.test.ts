import { expectClose } from '@genai/testing/expect-close';
import { dispose, memory, mul, ones, square, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { layerNorm } from './layer-norm.js';
import { softplus } from './softplus.js';
import { withGradient } from './with-gradient.js';

const gradient = (f: (x: Tensor) => Tensor) => (x: Tensor) =>
  scope(() => valueAndGrad((p: Tensor) => ({ loss: sum(f(p)) }), x).grad);

test('known answers: the backward rule is what gives the first derivative, plain what gives the second', () => {
  const cube = (x: Tensor): Tensor =>
    withGradient([x], {
      forward: (x) => ({ value: mul(x, square(x)), kept: [square(x)] }),
      backward: (dy, _, [squared]) => [mul(dy, mul(squared!, 3))],
      plain: ([x]) => mul(x!, square(x!)),
    });
  const x = tensor2d([[2, -1]]);
  const [first, second, third] = [
    gradient(cube)(x),
    gradient(gradient(cube))(x),
    gradient(gradient(gradient(cube)))(x),
  ];
  expectClose(first, [12, 3]);
  expectClose(second, [12, -6]);
  expectClose(third, [6, 6]);
  dispose([x, first, second, third]);
});

test('known answers: the third derivative of softplus', () => {
  const x = tensor2d([[-1, 0.5]]);
  const found = gradient(gradient(gradient(softplus)))(x);
  const third = (s: number) => s * (1 - s) * (1 - 2 * s);
  expectClose(
    found,
    [-1, 0.5].map((p) => third(1 / (1 + Math.exp(-p)))),
    { relative: 1e-4 },
  );
  dispose([x, found]);
});

test('an inner gradient reaches through an op that ran before it began', () => {
  const [x, scale, shift] = [tensor2d([[1, 2, 4]]), ones([3]), zeros([3])];
  const norm = (y: Tensor) => mul(layerNorm(y, scale, shift), tensor2d([[1, 2, 3]]));
  const penalty = (before: boolean) =>
    gradient((y) => {
      const early = norm(y);
      return square(gradient(() => (before ? early : norm(y)))(y));
    })(x);
  const [before, within] = [penalty(true), penalty(false)];
  expectClose(before, within);
  expect(within.dataSync().some((g) => Math.abs(g) > 0.01)).toBe(true);
  dispose([x, scale, shift, before, within]);
});

test('nothing is kept where no gradient is taken, and nothing is left behind by one', () => {
  const [x, scale, shift] = [ones([2, 3]), ones([3]), zeros([3])];
  const before = memory().numTensors;
  const y = layerNorm(x, scale, shift);
  expect(memory().numTensors).toBe(before + 1);
  const found = gradient((p) => layerNorm(p, scale, shift))(x);
  expect(memory().numTensors).toBe(before + 2);
  dispose([x, scale, shift, y, found]);
});
