import { GenaiError, key } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { leakyRelu, normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { stepLaws } from '@genai/testing/step-laws';
import { concat, slice, sum, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { turns } from '../test/turns.js';
import { adversarial } from './adversarial.js';
import { gan } from './gan.js';
import { gradientPenalty, r1 } from './gradient-penalty.js';
import { relativistic } from './losses.js';
import { packed } from './packed.js';

const showing = { init: () => ({}), apply: (_params: object, x: Tensor) => x.clone() };

layerLaws('packed', () => ({
  layer: packed(mlp([6, 4, 1]), 2),
  input: () => normalNoise(key(1), [4, 3]),
  output: [2, 1],
  wrong: () => zeros([3, 3]),
  valueAndGrad,
}));

const points = gan({
  generator: mlp([2, 4, 2]),
  critic: packed(mlp([4, 4, 1], { activation: (x) => leakyRelu(x, 0.2) }), 2),
  prior: standardNormal(2),
});
stepLaws('a game with a packed critic', () => ({
  step: turns(adversarial(points, { loss: relativistic(), regularizers: [r1(1), gradientPenalty(1)] }), {
    critic: 0.1,
    generator: 0.1,
  }),
  batch: () => normalNoise(key(8), [6, 2]),
}));

test('known answers: neighbours are joined along the last axis, in their order', () => {
  scope(() => {
    const x = tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(packed(showing, 2).apply({}, x).arraySync()).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    const images = normalNoise(key(0), [6, 2, 3, 2]);
    const wanted = concat(
      [0, 1, 2].map((i) =>
        concat(
          [0, 1].map((pack) => slice(images, [3 * pack + i], [1])),
          0,
        ),
      ),
      -1,
    );
    expectClose(packed(showing, 3).apply({}, images), wanted);
  });
});

test('known answers: a pack of one is the layer, and gradients go back to their examples', () => {
  scope(() => {
    const net = mlp([3, 4, 1]);
    const params = net.init(key(0));
    const x = normalNoise(key(1), [5, 3]);
    expectClose(packed(net, 1).apply(params, x), net.apply(params, x));
    const weight = tensor([[1], [2], [3], [4]]);
    const { grad } = valueAndGrad(
      ({ x }: { x: Tensor }) => ({ loss: sum(packed(mlp([4, 1]), 2).apply([{ weight, bias: zeros([1]) }], x)) }),
      { x: zeros([4, 2]) },
    );
    expectClose(grad.x, [1, 2, 3, 4, 1, 2, 3, 4]);
  });
});

test('errors: counts that are none, batches that cannot be packed', () => {
  expect(() => packed(showing, 0)).toThrow(GenaiError);
  scope(() => {
    expect(() => packed(showing, 2).apply({}, zeros([3, 2]))).toThrow(
      'packed: got shape [3, 2], expected a batch that 2 divides',
    );
    expect(() => packed(showing, 2).apply({}, zeros([4]))).toThrow('at least one axis');
  });
});
