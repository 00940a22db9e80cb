import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { silu } from './silu.js';

test('known answers: x σ(x), x itself far up and 0 far down', () => {
  const points = [-1e4, -20, -1, 0, 1, 20, 1e4];
  const x = tensor1d(points);
  const y = silu(x);
  expectClose(
    y,
    points.map((p) => p / (1 + Math.exp(-p))),
  );
  dispose([x, y]);
});
