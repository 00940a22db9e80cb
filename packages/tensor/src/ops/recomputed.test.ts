import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { add, matMul, memory, mul, sigmoid, square, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { owned, scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { recomputed } from './recomputed.js';

type Inputs = { readonly x: Tensor; readonly weights: readonly [Tensor, Tensor] };
const net = ({ x, weights: [a, b] }: Inputs): Tensor => matMul(sigmoid(mul(tanh(matMul(x, a)), 3)), b);
const inputs = (): Inputs => ({
  x: normalNoise(key(1), [5, 3]),
  weights: [normalNoise(key(2), [3, 4]), normalNoise(key(3), [4, 3])],
});

test('laws: value, gradient and the gradient of its square are those of the function, nested and side by side too', () => {
  using held = owned(scope(inputs));
  const twice = (f: (inputs: Inputs) => Tensor) => (inputs: Inputs) => {
    const once = f(inputs);
    return add(once, f({ ...inputs, x: once }));
  };
  const plain = twice(net);
  const spared = twice((inputs) => recomputed(net, inputs));
  const nested = (inputs: Inputs): Tensor => recomputed(spared, inputs);
  const first = (f: (inputs: Inputs) => Tensor, inputs: Inputs): Inputs =>
    valueAndGrad((inputs: Inputs) => ({ loss: sum(square(f(inputs))) }), inputs).grad;
  const second = (f: (inputs: Inputs) => Tensor, inputs: Inputs): Inputs =>
    valueAndGrad((inputs: Inputs) => ({ loss: sum(square(first(f, inputs).x)) }), inputs).grad;
  scope(() => {
    for (const f of [spared, nested]) {
      expectClose(f(held), plain(held));
      for (const slope of [first, second]) {
        const [got, want] = [slope(f, held), slope(plain, held)];
        expectClose(got.x, want.x, { relative: 1e-4, absolute: 1e-5 });
        for (const i of [0, 1] as const) {
          expectClose(got.weights[i], want.weights[i], { relative: 1e-4, absolute: 1e-5 });
        }
      }
    }
    return [];
  });
});

test('laws: one tensor in two places has the gradient of both', () => {
  using held = owned([normalNoise(key(1), [3, 3])]);
  scope(() => {
    const { grad } = valueAndGrad(
      (x: Tensor) => ({ loss: sum(recomputed(([a, b]) => matMul(tanh(a), b), [x, x] as const)) }),
      held[0]!,
    );
    expectClose(grad, valueAndGrad((x: Tensor) => ({ loss: sum(matMul(tanh(x), x)) }), held[0]!).grad);
    return [];
  });
});

test('known answers: between the passes only the inputs and the value are held; after them nothing', () => {
  using held = owned(scope(inputs));
  const before = memory().numDataBuffers;
  let between = 0;
  const { values, grad } = valueAndGrad((inputs: Inputs) => {
    const y = recomputed(net, inputs);
    between = memory().numDataBuffers - before;
    return { loss: sum(y) };
  }, held);
  expect(between).toBe(1); // y; the plain net holds four more, of its two products and two non-linearities
  using _results = owned([values.loss, grad] as const);
  expect(memory().numDataBuffers - before).toBe(4);
});
