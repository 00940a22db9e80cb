import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  argMax,
  cast,
  customGrad,
  dispose,
  exp,
  gather,
  greater,
  max,
  memory,
  mul,
  pow,
  sigmoid,
  softmax,
  square,
  sum,
  type Tensor,
  tanh,
  tensor1d,
  where,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scope } from './scope.js';
import { valueAndGrad } from './value-and-grad.js';

test('known answers: the gradient of a·Σx³ at params, zeros for what is unused', () => {
  const params = { x: tensor1d([1, 2]), unused: tensor1d([5]) };
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(pow(p.x, 3)), twice: mul(sum(p.x), 2) }), params);
  expectClose(grad.x, [3, 12]);
  expectClose(grad.unused, [0]);
  expectClose(values.loss, 9);
  expectClose(values.twice, 6);
  dispose([params, values, grad] as never);
});

test('known answers: a loss that does not depend on any parameter has a gradient of zeros', () => {
  const x = tensor1d([1, 2]);
  const { values, grad } = valueAndGrad(() => ({ loss: sum(tensor1d([3])) }), { x });
  expectClose(values.loss, 3);
  expectClose(grad.x, [0, 0]);
  dispose([x, values.loss, grad.x]);
});

test('known answers: a parameter itself may be the loss', () => {
  const x = tensor1d([4]);
  const { values, grad } = valueAndGrad((p: { x: Tensor }) => ({ loss: p.x }), { x });
  expectClose(values.loss, [4]);
  expectClose(grad.x, [1]);
  dispose([x, values.loss, grad.x]);
});

test('known answers: one tensor in two places has the partial derivative of each place', () => {
  const x = tensor1d([3]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(mul(square(p.a), p.b)) }), { a: x, b: x });
  expectClose(values.loss, 27);
  expectClose(grad.a, [18]); // 2 a b
  expectClose(grad.b, [9]); // a²
  dispose([x, values.loss, grad.a, grad.b]);
});

const gradient = (f: (x: Tensor) => Tensor) => (x: Tensor) =>
  scope(() => valueAndGrad((p: Tensor) => ({ loss: sum(f(p)) }), x).grad);

// TensorFlow.js writes what these keep to its tape in the wrong order: its own grad of a grad gives zeros, or throws.
const kept: [name: string, f: (x: Tensor) => Tensor, second: (x: number) => number][] = [
  ['tanh', tanh, (x) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)],
  ['sigmoid', sigmoid, (x) => -Math.tanh(x / 2) / (4 * Math.cosh(x / 2) ** 2)],
  ['exp', exp, Math.exp],
  ['the square of exp', (x) => square(exp(x)), (x) => 4 * Math.exp(2 * x)],
];
test.each(kept)('known answers: the second derivative of %s', (_, f, second) => {
  const points = [-1.5, -0.2, 0.7, 2];
  const x = tensor1d(points);
  const found = gradient(gradient(f))(x);
  expectClose(found, points.map(second), { relative: 1e-4 });
  dispose([x, found]);
});

test('known answers: the third derivative of tanh', () => {
  const points = [-1.5, -0.2, 0.7];
  const x = tensor1d(points);
  const found = gradient(gradient(gradient(tanh)))(x);
  const third = (t: number) => (1 - t * t) * (6 * t * t - 2);
  expectClose(
    found,
    points.map((p) => third(Math.tanh(p))),
    { relative: 1e-4 },
  );
  dispose([x, found]);
});

test('known answers: the second derivative of Σ c softmax(x) in one direction', () => {
  const x = tensor1d([0.3, -0.7]);
  const weighted = (y: Tensor) => mul(softmax(y), [1, 2]);
  const found = gradient((y) => mul(gradient(weighted)(y), [1, 0]))(x);
  // d/dx of −s(1 − s) with s = σ(x₁ − x₂)
  const s = 1 / (1 + Math.exp(-1));
  const slope = -s * (1 - s) * (1 - 2 * s);
  expectClose(found, [slope, -slope], { relative: 1e-4 });
  dispose([x, found]);
});

// TensorFlow.js has no gradient for a comparison and throws where it meets one.
test('known answers: a comparison inside where is a constant', () => {
  const f = (x: Tensor) => where(greater(x, 0), square(x), exp(x));
  const x = tensor1d([-1, 2]);
  const [first, second] = [gradient(f)(x), gradient(gradient(f))(x)];
  expectClose(first, [Math.exp(-1), 4]);
  expectClose(second, [Math.exp(-1), 2]);
  dispose([x, first, second]);
});

test('known answers: the second derivative behind max, and an index that was computed', () => {
  const x = tensor1d([0.5, 3, -1]);
  const behindMax = gradient(gradient((y) => pow(max(y), 3)))(x);
  const behindIndex = gradient((y) => square(gather(y, cast(argMax(y), 'int32'))))(x);
  expectClose(behindMax, [0, 18, 0]);
  expectClose(behindIndex, [0, 6, 0]);
  dispose([x, behindMax, behindIndex]);
});

test('known answers: nested calls give second derivatives', () => {
  const x = tensor1d([2]);
  const second = scope(() => gradient(gradient((y) => pow(y, 3)))(x));
  expectClose(second, [12], { relative: 1e-4 });
  dispose([x, second]);
});

test('an error inside frees what the tape had saved, and a later call works', () => {
  const x = tensor1d([1, 2]);
  const before = memory().numTensors;
  expect(() => valueAndGrad((p: { x: Tensor }) => ({ loss: mul(p.x, p.x) }), { x })).toThrow(GenaiError);
  expect(memory().numTensors).toBe(before);
  const loss = scope(() => valueAndGrad((p: { x: Tensor }) => ({ loss: sum(p.x) }), { x }).values.loss);
  expectClose(loss, 3);
  dispose([loss, x]);
});

test('an error in the inner of two calls frees everything', () => {
  const x = tensor1d([1, 2]);
  const before = memory().numTensors;
  const failing = (y: Tensor): Tensor => {
    if (y.size) throw new Error('on purpose');
    return y;
  };
  expect(() => gradient((y) => add(tanh(y), gradient((z) => failing(exp(z)))(y)))(x)).toThrow('on purpose');
  expect(memory().numTensors).toBe(before);
  x.dispose();
});

test('an error in the backward pass frees everything', () => {
  const x = tensor1d([1, 2]);
  const before = memory().numTensors;
  const broken = customGrad((y: unknown) => ({
    value: square(y as Tensor),
    gradFunc: () => {
      throw new Error('on purpose');
    },
  }));
  expect(() => gradient((y) => mul(exp(y), broken(tanh(y))))(x)).toThrow('on purpose');
  expect(memory().numTensors).toBe(before);
  x.dispose();
});

test('errors: no tensor among the parameters', () => {
  expect(() => valueAndGrad(() => ({ loss: tensor1d([1]) }), {})).toThrow(/params has no tensor/);
});
