import { key } from '@genai/core';
import { conv2d, dense, embedding, flatten, mlp, sequential } from '@genai/nn';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { inContext } from '../test/layers.js';
import { concatenated } from './concatenated.js';
import { conditionalGan } from './gan.js';
import { ignoringContext } from './ignoring-context.js';
import { projection } from './projection.js';

const labels = () => tensor1d([2, 0], 'int32');
const vectors = () => normalNoise(key(5), [2, 3]);

layerLaws('concatenated', () => ({
  layer: inContext(concatenated(mlp([2 + 3, 4, 2])), vectors),
  input: () => normalNoise(key(1), [2, 2]),
  output: [2, 2],
  wrong: () => zeros([3, 2]),
  valueAndGrad,
}));
layerLaws('concatenated', () => ({
  layer: inContext(concatenated(conv2d(1 + 3, 2), { classes: 3 }), labels),
  input: () => normalNoise(key(1), [2, 3, 3, 1]),
  output: [2, 3, 3, 2],
  wrong: () => zeros([1, 3, 3, 1]),
  valueAndGrad,
}));
layerLaws('dense(2, 3)', () => ({
  layer: inContext(ignoringContext(dense(2, 3)), labels),
  input: () => normalNoise(key(1), [4, 2]),
  output: [4, 3],
  wrong: () => zeros([2, 3]),
  valueAndGrad,
}));
layerLaws('projection: the context', () => ({
  layer: inContext(
    projection({
      features: sequential(flatten(), dense(4, 5)),
      head: dense(5, 1),
      context: dense(3, 5, { bias: false }),
    }),
    vectors,
  ),
  input: () => normalNoise(key(1), [2, 2, 2]),
  output: [2, 1],
  wrong: () => zeros([3, 2, 2]),
  valueAndGrad,
}));

describe('known answers', () => {
  test('a class is appended to a code as zeros and a one, to an image as constant channels', () => {
    scope(() => {
      const seen = concatenated({ init: () => ({}), apply: (_params, x) => x }, { classes: 3 });
      expectClose(seen.apply({}, { x: tensor2d([[7], [8]]), context: labels() }), [7, 0, 0, 1, 8, 1, 0, 0]);
      const image = seen.apply({}, { x: tensor([1, 2, 3, 4], [2, 2, 1, 1]), context: labels() }); // (2, 2, 1, 4)
      expectClose(image, [1, 0, 0, 1, 2, 0, 0, 1, 3, 1, 0, 0, 4, 1, 0, 0]);
    });
  });

  test('projection: ψ(φ) + ⟨v, φ⟩, by hand', () => {
    scope(() => {
      const critic = projection({
        features: { init: () => ({}), apply: (_params, x) => x },
        head: dense(2, 1),
        context: embedding(2, 2),
      });
      const params = {
        features: {},
        head: { weight: tensor2d([[1], [2]]), bias: tensor1d([0.5]) },
        context: {
          table: tensor2d([
            [10, 0],
            [0, -1],
          ]),
        },
      };
      const x = tensor2d([
        [1, 2],
        [3, 4],
      ]);
      // 1 + 4 + 0.5 − 2 and 3 + 8 + 0.5 + 30
      expectClose(critic.apply(params, { x, context: tensor1d([1, 0], 'int32') }), [3.5, 41.5]);
    });
  });

  test('a conditional model draws for each row of its context, and only the context tells the rows apart', () => {
    scope(() => {
      const model = conditionalGan({
        generator: concatenated(dense(1 + 3, 2), { classes: 3 }),
        critic: ignoringContext(dense(2, 1)),
        prior: { init: () => ({}), given: () => ones() },
      });
      const weight = tensor2d([
        [0, 0],
        [1, 0],
        [0, 1],
        [5, 6],
      ]);
      const params = { generator: { weight, bias: zeros([2]) }, critic: dense(2, 1).init(key(0)) };
      const drawn = model.given(params, labels()).sample(key(0), [2]); // (2, 2, 2)
      expect(drawn.shape).toEqual([2, 2, 2]);
      expectClose(drawn, [5, 6, 1, 0, 5, 6, 1, 0]);
    });
  });
});

describe('errors', () => {
  test('concatenated: classes out of range; indices without classes; vectors with classes', () => {
    const net = dense(5, 1);
    expect(() => concatenated(net, { classes: 1 })).toThrow('concatenated: classes must be an integer of at least 2');
    scope(() => {
      const params = net.init(key(0));
      const x = zeros([2, 2]);
      expect(() => concatenated(net).apply(params, { x, context: labels() })).toThrow('For class indices pass');
      expect(() => concatenated(net, { classes: 3 }).apply(params, { x, context: vectors() })).toThrow(
        'expected classes, int32 [batch]',
      );
    });
  });

  test('projection: features that are images, a head of two numbers', () => {
    scope(() => {
      const parts = { features: dense(2, 2), head: dense(2, 2), context: embedding(3, 2) };
      const critic = projection(parts);
      const params = critic.init(key(0));
      expect(() => critic.apply(params, { x: zeros([2, 3, 2]), context: labels() })).toThrow(
        'projection: the features',
      );
      expect(() => critic.apply(params, { x: zeros([2, 2]), context: labels() })).toThrow('projection: the head');
    });
  });
});

/** The distribution that gives ones. */
function ones() {
  return {
    batchShape: [],
    eventShape: [1],
    sample: (_key: unknown, shape: readonly number[] = []) =>
      tensor(new Float32Array(shape[0]!).fill(1), [shape[0]!, 1]),
    logProb: () => zeros([]),
  };
}
