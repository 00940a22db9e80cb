import { key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { relu, reshape, tanh } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dense, mlp, zeros } from './index.js';

test('known answers: dense layers with the activation between, none after the last', () => {
  for (const activation of [relu, tanh]) {
    const net = mlp([3, 5, 4, 2], { activation });
    using params = owned(net.init(key(0)));
    using x = owned(normalNoise(key(1), [6, 3]));
    using y = owned(net.apply(params, x));
    using z = owned(
      scope(() => {
        const first = activation(dense(3, 5).apply(params[0]!, x));
        return dense(4, 2).apply(params[2]!, activation(dense(5, 4).apply(params[1]!, first)));
      }),
    );
    expect(y.dataSync()).toEqual(z.dataSync());
  }
});

test('known answers: leading dimensions are rows', () => {
  const net = mlp([3, 5, 2]);
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 4, 6, 3]));
  using y = owned(net.apply(params, x));
  using rows = owned(scope(() => net.apply(params, reshape(x, [48, 3]))));
  expect(y.shape).toEqual([2, 4, 6, 2]);
  expect(y.dataSync()).toEqual(rows.dataSync());
});

test('hidden layers are drawn by heUniform, the last by glorotUniform, biases are 0', () => {
  const limits = [Math.sqrt(6 / 300), Math.sqrt(6 / 50), Math.sqrt(6 / 60)];
  using params = owned(mlp([300, 50, 40, 20]).init(key(0)));
  for (const [i, { weight, bias }] of params.entries()) {
    const largest = Math.max(...weight.dataSync().map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limits[i]!);
    expect(largest).toBeGreaterThan(0.98 * limits[i]!);
    expect(bias!.dataSync().every((value) => value === 0)).toBe(true);
  }
});

test('the last layer can be drawn as zeros, so that the first outputs are', () => {
  const net = mlp([3, 5, 2], { lastInitializer: zeros });
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [4, 3]));
  using y = owned(net.apply(params, x));
  expect(y.dataSync()).toEqual(new Float32Array(8));
});

test('errors: too few sizes, a size out of range, an input of another width', () => {
  expect(() => mlp([3])).toThrow('mlp([3]): sizes must be [inputs, …hidden, outputs], got 1.');
  expect(() => mlp([3, 0, 2])).toThrow('dense(3, 0): outputs must be an integer of at least 1, got 0.');
  const net = mlp([3, 2]);
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 4]));
  expect(() => net.apply(params, x)).toThrow('mlp([3, 2]): got shape [2, 4], expected […, 3].');
});
