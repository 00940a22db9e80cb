import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { leakyRelu } from './leaky-relu.js';

test('known answers: the slope is 0.01 unless given', () => {
  const x = tensor1d([-1e4, -2, 0, 3, 1e4]);
  const [plain, given] = [leakyRelu(x), leakyRelu(x, 0.2)];
  expectClose(plain, [-100, -0.02, 0, 3, 1e4]);
  expectClose(given, [-2000, -0.4, 0, 3, 1e4]);
  dispose([x, plain, given]);
});
