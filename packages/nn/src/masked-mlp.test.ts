import { key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { ones, slice, sum, type Tensor, tanh, tensor, transpose, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/masked-mlp.json' with { type: 'json' };
import { maskedMlp } from './masked-mlp.js';

layerLaws('maskedMlp(3)', () => ({
  layer: maskedMlp({ order: [1, 0, 2], outputs: 2, hidden: [6, 5] }),
  input: () => normalNoise(key(1), [4, 3]),
  output: [4, 6],
  wrong: () => zeros([4, 4]),
  valueAndGrad,
}));
layerLaws('maskedMlp(2)', () => ({
  layer: maskedMlp({ order: [0, 0], context: 2, outputs: 1, hidden: [6], activation: tanh }),
  input: () => normalNoise(key(1), [2, 3, 4]),
  output: [2, 3, 2],
  wrong: () => zeros([4, 2]),
  valueAndGrad,
}));

layerLaws('maskedMlp(3)', () => ({
  layer: maskedMlp({ order: [0, 1, 2], outputs: 1, hidden: [6, 6], residual: true, activation: tanh }),
  input: () => normalNoise(key(1), [4, 3]),
  output: [4, 3],
  wrong: () => zeros([4, 4]),
  valueAndGrad,
}));

// Values of zuko's MaskedMLP; golden/masked-mlp.py makes them.
test.each(golden.cases)('goldens: order $order with $context of context, residual $residual, as zuko', (c) => {
  const net = maskedMlp(c);
  using y = owned(
    scope(() => {
      const params = c.weights.map(({ weight, bias }) => ({ weight: transpose(tensor(weight)), bias: tensor(bias) }));
      return net.apply(params, tensor(c.x));
    }),
  );
  expectClose(y, c.y, { absolute: 1e-6, relative: 1e-5 });
});

test.each([
  { order: [0, 1, 2, 3], context: 0, hidden: [16, 16] },
  { order: [3, 1, 0, 2], context: 2, hidden: [16, 16] },
  { order: [0, 0, 7, 7], context: 1, hidden: [16] },
  { order: [1, 1, 0, 0], context: 0, hidden: [] },
  { order: [2, 0, 1], context: 1, hidden: [9, 9], residual: true },
])('laws: the Jacobian is 0 where it must be and only there: order $order, context $context, hidden $hidden', (c) => {
  const outputs = 2;
  const net = maskedMlp({ ...c, outputs, activation: tanh });
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [5, c.order.length + c.context]));
  for (const [i, own] of c.order.entries()) {
    for (let k = 0; k < outputs; k++) {
      const column = (x: Tensor): Tensor => slice(net.apply(params, x), [0, i * outputs + k], [5, 1]);
      using row = owned(scope(() => valueAndGrad((x: Tensor) => ({ loss: sum(column(x)) }), x).grad));
      const slopes = row.arraySync() as number[][];
      for (const slope of slopes) {
        const seen = slope.map((value) => value !== 0);
        expect(seen).toEqual([...c.order.map((other) => other < own), ...new Array(c.context).fill(true)]);
      }
    }
  }
});

test('known answers: fewer units than degrees are spread, so that the last output sees every feature but its own', () => {
  const net = maskedMlp({ order: [4, 3, 2, 1, 0], outputs: 1, hidden: [3, 2], activation: tanh });
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [1, 5]));
  const last = (x: Tensor) => ({ loss: sum(slice(net.apply(params, x), [0, 0], [1, 1])) });
  using slopes = owned(scope(() => valueAndGrad(last, x).grad));
  expect([...slopes.dataSync()].map((slope) => slope !== 0)).toEqual([false, true, true, true, true]);
});

test('known answers: every path has weight 1, so an output counts the paths that lead to it', () => {
  const net = maskedMlp({ order: [0, 1, 2], outputs: 1, hidden: [4] });
  using params = owned([
    { weight: ones([3, 4]), bias: zeros([4]) },
    { weight: ones([4, 3]), bias: zeros([3]) },
  ]);
  using x = owned(tensor([[1, 10, 100]]));
  using y = owned(net.apply(params, x));
  // Degrees 1, 2, 1, 2: two units see only the first input, two see the first two.
  expectClose(y, [0, 2, 2 + 22]);
});

test('errors: nothing to see, sizes that are none', () => {
  const make = (order: number[], hidden: number[], outputs = 1) => maskedMlp({ order, outputs, hidden });
  expect(() => make([1, 1], [4])).toThrow('maskedMlp(2): all features have the order 1 and there is no context');
  expect(() => make([], [4])).toThrow('maskedMlp(0): the length of order must be an integer of at least 1, got 0.');
  expect(() => make([0, 0.5], [4])).toThrow('maskedMlp(2): order[1] must be an integer of at least 0, got 0.5.');
  expect(() => make([0, 1], [4, 0])).toThrow('maskedMlp(2): hidden[1] must be an integer of at least 1, got 0.');
  expect(() => make([0, 1], [4], 0)).toThrow('maskedMlp(2): outputs must be an integer of at least 1, got 0.');
});
