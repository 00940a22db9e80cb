import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gatedTanh } from './gated-tanh.js';

test('known answers: tanh of the first half, times σ of the second', () => {
  const [a, b] = [
    [-1e3, -1, 0.5, 2],
    [1e3, 0, -2, -1e3],
  ];
  const x = tensor2d([...a!, ...b!], [1, 8]);
  const y = gatedTanh(x);
  expectClose(
    y,
    [0, 1, 2, 3].map((i) => Math.tanh(a![i]!) / (1 + Math.exp(-b![i]!))),
  );
  expect(y.shape).toEqual([1, 4]);
  dispose([x, y]);
});

test('errors: an odd number of channels', () => {
  const x = zeros([2, 3]);
  expect(() => gatedTanh(x)).toThrow(GenaiError);
  expect(() => gatedTanh(x)).toThrow('[2, 3]');
  x.dispose();
});
