import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { rmsNorm } from './rms-norm.js';

test('known answers: divided by the root mean square, then scaled; zeros stay zeros', () => {
  const x = tensor2d([
    [1, 7],
    [1e4, -1e4],
    [0, 0],
  ]);
  const scale = tensor1d([1, 2]);
  const y = rmsNorm(x, scale);
  expectClose(y, [0.2, 2.8, 1, -2, 0, 0]); // √((1 + 49) / 2) = 5
  dispose([x, scale, y]);
});

test('errors: scale must have the width', () => {
  const [x, scale] = [zeros([2, 3]), zeros([4])];
  expect(() => rmsNorm(x, scale)).toThrow('rmsNorm: scale: got shape [4], expected [3].');
  dispose([x, scale]);
});
