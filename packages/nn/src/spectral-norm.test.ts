import { key, randomNormal } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { eye, matMul, mul, square, sum, type Tensor, tanh, tensor, transpose } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/spectral-norm.json' with { type: 'json' };
import {
  type ConvolutionParams,
  conv2d,
  conv2dTranspose,
  dense,
  type Initializer,
  orthogonal,
  spectralNorm,
  zeros,
} from './index.js';

/** The weight that the layer applies, (inputs, outputs). */
function applied(inputs: number, outputs: number, initializer: Initializer, iterations?: number): Tensor {
  const options = { ...(iterations !== undefined && { iterations }) };
  const layer = spectralNorm(dense(inputs, outputs, { bias: false, initializer }), options);
  return scope(() => layer.apply(layer.init(key(1)), eye(inputs)));
}

/** U diag(values) Vᵀ with random U and V. */
const withSingularValues =
  (values: readonly number[]): Initializer =>
  (k, [inputs, outputs]) =>
    scope(() => {
      const left = orthogonal()(k, [inputs!, values.length]);
      const right = orthogonal()(key(5), [outputs!, values.length]);
      return matMul(mul(left, tensor(values)), transpose(right));
    });

describe.each(golden.cases)('parity: $layer with torch.nn.utils.parametrizations.spectral_norm', (c) => {
  const layer =
    c.layer === 'Conv2d'
      ? spectralNorm(conv2d(2, 3, { kernel: 2, padding: 'valid' }), { iterations: 200 })
      : spectralNorm(conv2dTranspose(2, 3, { kernel: 2, padding: 'valid' }), { iterations: 200, outputs: -2 });
  const given = (): ConvolutionParams & { x: Tensor } => ({
    weight: tensor(c.weight),
    bias: tensor(c.bias),
    x: tensor(c.x),
  });
  type Given = ReturnType<typeof given>;
  const loss = ({ x, ...params }: Given): Tensor => scope(() => sum(tanh(layer.apply(params, x))));

  test('the output', () => {
    using y = owned(scope(() => layer.apply(given(), tensor(c.x))));
    expectClose(y, c.y, { absolute: 1e-5 });
  });

  test('the gradient', () => {
    using p = owned(given());
    using found = owned(valueAndGrad((q: Given) => ({ loss: loss(q) }), { ...p }));
    expectClose(found.grad.weight, c.grad, { absolute: 2e-5 });
  });

  test('the gradient of a gradient penalty', () => {
    using p = owned(given());
    const { x, ...params } = p;
    const penalty = (q: ConvolutionParams): { loss: Tensor } => {
      const { grad } = valueAndGrad((inner: { x: Tensor }) => ({ loss: loss({ ...q, ...inner }) }), { x });
      return { loss: sum(square(grad.x)) };
    };
    using found = owned(valueAndGrad(penalty, params));
    expectClose(found.values.loss, c.penalty, { relative: 1e-4 });
    expectClose(found.grad.weight, c.penaltyGrad, { absolute: 2e-4 });
  });
});

describe('known answers', () => {
  test('singular values 1, ½, ⅓, … scaled by any factor: the weight applied has those', () => {
    const values = Array.from({ length: 20 }, (_, i) => 1 / (i + 1));
    for (const factor of [1e-4, 3, 1e4]) {
      using got = owned(applied(40, 30, withSingularValues(values.map((value) => factor * value))));
      using want = owned(scope(() => withSingularValues(values)(key(1), [40, 30])));
      expectClose(got, want, { absolute: 1e-4 });
    }
  });

  test('of a random weight the value is found from below, to 5 parts in 100', () => {
    const initializer: Initializer = (k, shape) => tensor(randomNormal(k, shape[0]! * shape[1]!), [...shape]);
    using got = owned(applied(128, 64, initializer));
    using exact = owned(applied(128, 64, initializer, 1000));
    // weight / found and weight / exact have the ratio found / exact.
    const share = exact.dataSync()[0]! / got.dataSync()[0]!;
    expect(share).toBeGreaterThan(0.95);
    expect(share).toBeLessThan(1);
  });

  test('a single output is divided by the length of its weights; zeros stay zeros', () => {
    using one = owned(applied(9, 1, (_, shape) => tensor(new Float32Array(9).fill(-2), [...shape]), 1));
    expectClose(one, new Float32Array(9).fill(-1 / 3));
    using none = owned(applied(3, 2, zeros));
    expectClose(none, new Float32Array(6));
  });
});

test('errors: iterations, and a weight that is a vector', () => {
  expect(() => spectralNorm(dense(2, 3), { iterations: 0 })).toThrow(
    'spectralNorm: iterations must be an integer of at least 1, got 0.',
  );
  const vector = { init: () => ({ weight: tensor([1, 2]) }), apply: (_: unknown, x: Tensor) => x };
  using params = owned(vector.init());
  using x = owned(tensor([1]));
  expect(() => spectralNorm(vector).apply(params, x)).toThrow(
    'spectralNorm: got a weight of shape [2], expected at least two dimensions.',
  );
});
