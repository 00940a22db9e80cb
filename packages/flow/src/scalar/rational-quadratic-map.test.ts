import { GenaiError } from '@genai/core';
import { mlp } from '@genai/nn';
import { owned, scope, softplus } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, softmax, tanh, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { rationalQuadraticLaws } from '../../test/rational-quadratic-laws.js';
import { coupling } from '../coupling.js';
import { rationalQuadraticMap } from './rational-quadratic-map.js';

rationalQuadraticLaws();
bijectorLaws('coupling by rational-quadratic splines', () => ({
  map: coupling({
    features: 2,
    map: rationalQuadraticMap({ bins: 4 }),
    net: (inputs, outputs) => mlp([inputs, 4, outputs], { activation: tanh }),
  }),
  x: () =>
    tensor([
      [0.3, -1],
      [2, 0.1],
      [-4, 4.9],
      [0, 7],
    ]),
  spread: 0.3,
  settings: 200,
}));

test('known answers: raw parameters of 0 give the identity', () => {
  using made = owned(
    scope(() => rationalQuadraticMap({ bins: 5, bound: 3 }).forward(tensor1d([-4, -1.7, 0, 2.9]), zeros([4, 14]))),
  );
  expectClose(made.y, [-4, -1.7, 0, 2.9]);
  expectClose(made.logSlope, [0, 0, 0, 0]);
});

test("known answers: with Durkan's own parametrisation slopes at knots are softplus(raw) + 0.001", () => {
  const map = rationalQuadraticMap({
    bins: 2,
    shares: (raw) => add(mul(softmax(raw), 1 - 2e-3), 1e-3),
    slopes: (raw) => add(softplus(raw), 1e-3),
  });
  // Equal widths: the inner knot is at 0; heights of softmax(0, log 3).
  using made = owned(scope(() => map.forward(tensor1d([0]), tensor([[0, 0, 0, Math.log(3), -2]]))));
  expectClose(made.y, [10 * (0.25 * 0.998 + 0.001) - 5], { absolute: 1e-5 });
  expectClose(made.logSlope, [Math.log(Math.log1p(Math.exp(-2)) + 1e-3)], { absolute: 1e-5 });
});

test('errors: bins, bounds and slopes out of range, another number of raw parameters', () => {
  expect(() => rationalQuadraticMap({ bins: 0 })).toThrow('rationalQuadraticMap(0): bins must be an integer');
  expect(() => rationalQuadraticMap({ bound: -1 })).toThrow('rationalQuadraticMap(8): bound must be a positive number');
  expect(() => rationalQuadraticMap({ leastSlope: 1 })).toThrow('leastSlope must be a number between 0 and 1, got 1.');
  scope(() => {
    const wrong = (): unknown => rationalQuadraticMap().forward(zeros([3]), zeros([3, 22]));
    expect(wrong).toThrow(GenaiError);
    expect(wrong).toThrow('rationalQuadraticMap(8), the raw parameters: got shape [3, 22], expected [3, 23].');
    return [];
  });
});
