import { GenaiError } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, mul, relu, sub, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hashed } from '../../golden/hashed.js';
import golden from '../../golden/image-scores.json' with { type: 'json' };
import { lpipsDistance } from './lpips-distance.js';

/** The maps of golden/image-scores.py, by the number of their image. */
function maps(seed: number): [first: Tensor, second: Tensor] {
  return scope(() => [
    relu(sub(tensor(hashed(seed, 120), [2, 5, 4, 3]), 0.5)),
    relu(sub(tensor(hashed(seed + 1, 72), [2, 3, 2, 6]), 0.5)),
  ]);
}

test('parity: values and gradients on given maps are those of the reference implementation', () => {
  scope(() => {
    const [left, right] = [maps(1), maps(3)];
    const weights = [hashed(5, 3), hashed(6, 6)];
    const [a, b] = [zeros([1]), zeros([2])];
    const extractor = (first: Tensor) => ({ maps: (images: Tensor) => (images === a ? [first, left[1]] : right) });
    expectClose(lpipsDistance(extractor(left[0]))(a, b), golden.plain);
    expectClose(lpipsDistance(extractor(left[0]), { weights })(a, b), golden.judged);
    expectClose(lpipsDistance(extractor(left[0]), { weights: weights.map((w) => tensor(w)) })(a, b), golden.judged);
    const loss = ({ first }: { first: Tensor }) => {
      return { loss: sum(mul(lpipsDistance(extractor(relu(first)), { weights })(a, b), [1, 2])) };
    };
    const { grad } = valueAndGrad(loss, { first: left[0] });
    // A part of this net, the ReLU, stops what the reference has where a channel is not active.
    const active = left[0].dataSync();
    expectClose(
      grad.first,
      golden.slope.map((value, i) => (active[i]! > 0 ? value : 0)),
      { absolute: 1e-5 },
    );
  });
});

test('known answers: equal images are 0 apart, other directions of features 2, none 1', () => {
  scope(() => {
    const same = { maps: (images: Tensor) => [images] };
    const [up, across] = [tensor([3, 0], [1, 1, 1, 2]), tensor([0, 0.1], [1, 1, 1, 2])];
    expectClose(lpipsDistance(same)(up, up), [0]);
    expectClose(lpipsDistance(same)(up, across), [2]);
    expectClose(lpipsDistance(same)(up, zeros([1, 1, 1, 2])), [1]);
  });
});

test('laws: nothing but the result is left over', () => {
  const distance = lpipsDistance({ maps: (images) => [images, mul(images, 2)] });
  using made = owned({ a: tensor(hashed(1, 24), [2, 2, 2, 3]), b: tensor(hashed(2, 24), [2, 2, 2, 3]) });
  const before = memory().numTensors;
  using _result = owned([distance(made.a, made.b)]);
  expect(memory().numTensors).toBe(before + 1);
});

test('errors: maps and weights that do not fit', () => {
  using made = owned({ a: zeros([1, 2, 2, 3]), b: zeros([1, 2, 3, 3]) });
  const same = { maps: (images: Tensor) => [images] };
  expect(() => lpipsDistance({ maps: () => [] })(made.a, made.a)).toThrow(GenaiError);
  expect(() => lpipsDistance(same, { weights: [] })(made.a, made.a)).toThrow('got 1 maps and weights for 0');
  expect(() => lpipsDistance(same, { weights: [[1, 1]] })(made.a, made.a)).toThrow('got shape [2], expected [3].');
  expect(() => lpipsDistance(same)(made.a, made.b)).toThrow('got shape [1, 2, 3, 3], expected [1, 2, 2, 3].');
});
