import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { valueAndGrad } from '../value-and-grad.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';

test('known answers: log of the number of classes where all are equal, and the shape of the labels', () => {
  const [logits, labels] = [zeros([2, 3, 5]), zeros([2, 3], 'int32')];
  const loss = softmaxCrossEntropy(logits, labels);
  expect(loss.shape).toEqual([2, 3]);
  expectClose(loss, Array(6).fill(Math.log(5)));
  dispose([logits, labels, loss]);
});

test('known answers: extreme logits, and classes ruled out by −∞', () => {
  const logits = tensor2d([
    [1e4, -1e4, 0],
    [1e4, -1e4, 0],
    [1e4, 1e4 - 2, 0],
    [0, Number.NEGATIVE_INFINITY, 0],
  ]);
  const labels = tensor1d([0, 1, 1, 2], 'int32');
  const { values, grad } = valueAndGrad(
    (p) => {
      const nats = softmaxCrossEntropy(p.logits, labels);
      return { loss: sum(nats), nats };
    },
    { logits },
  );
  expectClose(values.nats, [0, 2e4, 2 + Math.log1p(Math.exp(-2)), Math.LN2]);
  const s = 1 / (1 + Math.exp(-2));
  expectClose(grad.logits, [0, 0, 0, 1, -1, 0, s, -s, 0, 0.5, 0, -0.5]);
  dispose([logits, labels, values.loss, values.nats, grad.logits]);
});

test('errors: labels of the wrong shape, dtype or range', () => {
  const logits = zeros([2, 5]);
  const [long, real, low, high] = [
    zeros([3], 'int32'),
    zeros([2]),
    tensor1d([0, -1], 'int32'),
    tensor1d([5, 0], 'int32'),
  ];
  expect(() => softmaxCrossEntropy(logits, long)).toThrow('softmaxCrossEntropy: labels: got shape [3], expected [2].');
  expect(() => softmaxCrossEntropy(logits, real)).toThrow("Use cast(labels, 'int32')");
  expect(() => softmaxCrossEntropy(logits, low)).toThrow(GenaiError);
  expect(() => softmaxCrossEntropy(logits, low)).toThrow('labels: index -1 is out of range, expected 0 to 4.');
  expect(() => softmaxCrossEntropy(logits, high)).toThrow('labels: index 5 is out of range, expected 0 to 4.');
  dispose([logits, long, real, low, high]);
});
