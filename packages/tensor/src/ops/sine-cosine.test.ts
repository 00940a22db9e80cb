import { expectClose } from '@genai/testing/expect-close';
import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { scope } from '../scope.js';
import { sineCosine } from './sine-cosine.js';

test('known answers: what the host computes, from −40 to 3,000', () => {
  const angles = Float32Array.from({ length: 3_041 }, (_, i) => i - 40 + 0.37 * Math.sin(i));
  const x = tensor1d(angles);
  const { sine, cosine } = scope(() => sineCosine(x));
  expectClose(sine, Array.from(angles, Math.sin), { absolute: 3e-6 });
  expectClose(cosine, Array.from(angles, Math.cos), { absolute: 3e-6 });
  dispose([x, sine, cosine]);
});
