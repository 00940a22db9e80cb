import { disposeTree, GenaiError, key, type Layer, type NoParams } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { memory, relu, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { activation, type DenseParams, dense, dropout, residual, sequential } from './index.js';

test('known answers: the layers one after another', () => {
  const [first, last] = [dense(3, 4), dense(4, 2)];
  const net = sequential(first, activation(relu), last);
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [5, 3]));
  using y = owned(net.apply(params, x));
  using z = owned(scope(() => last.apply(params[2], relu(first.apply(params[0], x)))));
  expect(y.dataSync()).toEqual(z.dataSync());
});

test('types: the parameters are those of the layers, one by one, however many', () => {
  const d = dense(2, 2);
  const a = activation(relu);
  const net = sequential(d, a, d, a, d, a, d, residual(sequential(d, a)), dropout(0.1), d, a, d, a, d);
  const params = net.init(key(0));
  const weights: Tensor[] = [params[0].weight, params[7][0].weight, params[13].weight];
  const none: NoParams = params[1];
  // @ts-expect-error an activation has no weight
  const missing: Tensor = params[1].weight;
  // @ts-expect-error there are 14 layers
  const beyond = params[14];
  expect(weights.map((t) => t.shape)).toEqual([
    [2, 2],
    [2, 2],
    [2, 2],
  ]);
  expect([none, missing, beyond]).toEqual([{}, undefined, undefined]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(p[13].bias!) }), params);
  expect(grad[13].bias!.dataSync()).toEqual(Float32Array.of(1, 1));
  disposeTree([values.loss, grad, params]);
});

test('types: an array of equal layers gives an array of their parameters', () => {
  const net: Layer<Tensor, DenseParams[]> = sequential(...Array.from({ length: 3 }, () => dense(2, 2)));
  using params = owned(net.init(key(0)));
  expect(params).toHaveLength(3);
});

test('errors: no layer, parameters of another net, and a layer that fails while others are drawn', () => {
  expect(() => sequential()).toThrow('sequential: needs at least one layer, got none.');
  const net = sequential(dense(2, 2), dense(2, 2));
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [1, 2]));
  expect(() => net.apply([params[0]] as never, x)).toThrow('sequential: got parameters of 1 layers, expected 2.');
  const failing = dense(2, 2, {
    initializer: () => {
      throw new GenaiError('no');
    },
  });
  const before = memory().numTensors;
  expect(() => sequential(dense(2, 2), failing).init(key(0))).toThrow('no');
  expect(memory().numTensors).toBe(before);
});
