import { key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { cast, exp, greater, reshape, slice, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/nade-loop.json' with { type: 'json' };
import { everyVector, expectRates, moved, total } from '../../test/vectors.js';
import { type NadeParams, nade } from './nade.js';
import { nadeDistribution } from './nade-distribution.js';
import { vectorNll } from './vector-nll.js';

const bits = (shape: number[]): Tensor => cast(greater(normalNoise(key(2), shape), 0), 'float32');

modelLaws('nade', () => ({
  model: nade({ features: 20, hidden: 4 }),
  context: () => undefined,
  data: () => bits([5, 20]),
}));
modelLaws('nade in a context', () => ({
  model: nade({ features: 6, hidden: 4, context: 2 }),
  context: () => normalNoise(key(1), [5, 2]),
  data: () => bits([5, 6]),
}));

// golden/nade-loop.py makes them.
test('goldens: log-probabilities and the gradient of their mean, as a loop over features', () => {
  scope(() => {
    const model = nade({ features: 37, hidden: 5 });
    const params: NadeParams = {
      weights: { input: tensor2d(golden.input), output: tensor2d(golden.output) },
      biases: { visible: tensor(golden.visible), hidden: tensor(golden.hidden) },
    };
    const x = tensor2d(golden.x);
    expectClose(model.given(params).logProb(x), golden.logProb, { absolute: 1e-5 });
    const { grad } = valueAndGrad((p: NadeParams) => vectorNll(model).loss(p, x, key(0), tensor(0)), params);
    const { input, output, visible, hidden } = golden.gradients;
    expectClose(grad.weights.input, input, { absolute: 1e-6 });
    expectClose(grad.weights.output, output, { absolute: 1e-6 });
    expectClose(grad.biases.visible, visible, { absolute: 1e-6 });
    expectClose(grad.biases.hidden, hidden, { absolute: 1e-6 });
  });
});

test('known answers: the probabilities of all vectors sum to 1, and draws come as often as they say', () => {
  scope(() => {
    const model = nade({ features: 5, hidden: 3 });
    const d = model.given(moved(model.init(key(0)), key(1), 1.5));
    const all = everyVector(5);
    const p = exp(d.logProb(all)).dataSync();
    expectClose(total(p), 1, { absolute: 1e-5 });
    expectRates(d.sample(key(3), [4000]), all, p);
  });
});

test('known answers: in a context each row has its own distribution', () => {
  scope(() => {
    const model = nade({ features: 3, hidden: 4, context: 2 });
    const params = moved(model.init(key(0)), key(1));
    const d = model.given(
      params,
      tensor2d([
        [1, -2],
        [-1, 2],
      ]),
    );
    expect([d.batchShape, d.eventShape]).toEqual([[2], [3]]);
    const all = everyVector(3);
    const p = exp(d.logProb(reshape(all, [8, 1, 3]))).arraySync() as number[][]; // (8, 2)
    const draws = d.sample(key(2), [3000]); // (3000, 2, 3)
    for (const row of [0, 1]) {
      const own = p.map((both) => both[row]!);
      expectClose(total(own), 1, { absolute: 1e-5 });
      expectRates(reshape(slice(draws, [0, row, 0], [3000, 1, 3]), [3000, 3]), all, own);
    }
    expect(Math.max(...p.map(([a, b]) => Math.abs(a! - b!)))).toBeGreaterThan(0.05);
  });
});

describe('nadeDistribution', () => {
  test('laws: biases along a batch and time give what each place gives alone', () => {
    scope(() => {
      const weights = { input: normalNoise(key(0), [18, 4]), output: normalNoise(key(1), [18, 4]) };
      const [visible, hidden] = [normalNoise(key(2), [2, 3, 18]), normalNoise(key(3), [2, 3, 4])];
      const x = bits([2, 3, 18]);
      const d = nadeDistribution(weights, { visible, hidden });
      expect([d.batchShape, d.eventShape]).toEqual([[2, 3], [18]]);
      expect(d.sample(key(4), [5]).shape).toEqual([5, 2, 3, 18]);
      const at = (y: Tensor): Tensor => reshape(slice(y, [1, 2, 0], [1, 1, y.shape[2]!]), [y.shape[2]!]);
      const alone = nadeDistribution(weights, { visible: at(visible), hidden: at(hidden) }).logProb(at(x));
      expectClose(slice(d.logProb(x), [1, 2], [1, 1]), alone.dataSync(), { absolute: 1e-5 });
    });
  });

  test('laws: first and second derivatives equal finite differences', async () => {
    using world = owned({
      input: normalNoise(key(0), [18, 3]),
      output: normalNoise(key(1), [18, 3]),
      visible: normalNoise(key(2), [2, 18]),
      hidden: normalNoise(key(3), [2, 3]),
      x: scope(() => bits([2, 18])),
    });
    const f = (input: Tensor, output: Tensor, visible: Tensor, hidden: Tensor): Tensor =>
      nadeDistribution({ input, output }, { visible, hidden }).logProb(world.x);
    const inputs = [world.input, world.output, world.visible, world.hidden];
    await checkGradients(f, inputs, { order: 2, tolerance: 5e-3, valueAndGrad });
  });
});

test('errors: sizes, shapes, a context that is missing', () => {
  expect(() => nade({ features: 0, hidden: 3 })).toThrow(
    'nade(0, 3): features must be an integer of at least 1, got 0.',
  );
  expect(() => nade({ features: 2, hidden: 3, context: 0.5 })).toThrow('nade(2, 3): context must be an integer');
  scope(() => {
    const model = nade({ features: 2, hidden: 3, context: 1 });
    const params = model.init(key(0));
    expect(() => model.given(params, undefined as never)).toThrow(
      'nade(2, 3): it needs a context of [batch, 1] and got none.',
    );
    expect(() => model.given(params, zeros([2, 2]))).toThrow(
      'nade(2, 3), the context: got shape [2, 2], expected [batch, 1]',
    );
    expect(() => nadeDistribution(params.weights, { visible: zeros([4, 2]), hidden: zeros([3, 3]) })).toThrow(
      'nadeDistribution: hidden: got shape [3, 3], expected [4, 3]',
    );
    expect(() => nadeDistribution(params.weights, params.biases).logProb(zeros([3]))).toThrow(
      'nadeDistribution.logProb: x has',
    );
  });
});
