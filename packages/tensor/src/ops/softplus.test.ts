import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { softplus } from './softplus.js';

test('known answers: right in relative terms down to the smallest, and never infinite', () => {
  const points = [-80, -20, -12, -5, 0, 5, 20, 1e4];
  const x = tensor1d(points);
  const y = softplus(x);
  const exact = points.map((p) => Math.max(p, 0) + Math.log1p(Math.exp(-Math.abs(p))));
  expectClose(y, exact, { absolute: 0, relative: 1e-5 });
  dispose([x, y]);
});
